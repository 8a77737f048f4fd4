import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { randomUUID } from "node:crypto";
// action/src/comment.ts
const PATIENCE_MS = 3e4;
async function keepComment(env, token, { number }, markdown, isWorthwhile) {
	const repository = `${env["GITHUB_API_URL"] ?? "https://api.github.com"}/repos/${env["GITHUB_REPOSITORY"]}`;
	const list = `${repository}/issues/${number}/comments`;
	const marker = firstLine(markdown);
	const before = await findComment(`${list}?per_page=100`, token, marker);
	if (before?.body?.trimEnd() === markdown.trimEnd()) return;
	const body = JSON.stringify({ body: markdown });
	if (before !== void 0) await ask("PATCH", `${repository}/issues/comments/${before.id}`, token, body);
	else if (isWorthwhile) await ask("POST", list, token, body);
}
async function findComment(first, token, marker) {
	for (let url = first; url !== void 0;) {
		const response = await ask("GET", url, token);
		const found = (await response.json()).find(({ body }) => firstLine(body ?? "") === marker);
		if (found !== void 0) return found;
		url = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get("link") ?? "")?.[1];
	}
}
async function ask(method, url, token, body) {
	const response = await fetch(url, {
		method,
		headers: {
			accept: "application/vnd.github+json",
			authorization: `Bearer ${token}`,
			"user-agent": "lockstep-action",
			"x-github-api-version": "2022-11-28",
			...body !== void 0 && { "content-type": "application/json" }
		},
		...body !== void 0 && { body },
		signal: AbortSignal.timeout(PATIENCE_MS)
	});
	if (response.ok) return response;
	const said = await response.json().catch(() => ({}));
	throw new Error(`GitHub answers ${response.status} to ${method}: ${said.message ?? "no reason"}`);
}
function firstLine(text) {
	return /^[^\r\n]*/.exec(text)?.[0].trim() ?? "";
}
// action/src/lockstep.ts
function findLockstep(asked, cwd, workspace) {
	if (isAbsolute(asked)) return existsSync(asked) ? asked : void 0;
	for (let at = cwd;; at = dirname(at)) {
		const file = join(at, asked);
		if (existsSync(file)) return file;
		if (at === resolve(workspace) || at === dirname(at)) return void 0;
	}
}
function lockstepIn(file, cwd, env) {
	const { INPUT_TOKEN: _token, ...given } = env;
	const isScript = /\.[cm]?js$/.test(file);
	return (args, listeners) => run(isScript ? process.execPath : file, isScript ? [file, ...args] : args, cwd, given, listeners);
}
function run(file, args, cwd, env, listeners = {}) {
	return new Promise((done, fail) => {
		const child = spawn(file, args, {
			cwd,
			env,
			stdio: [
				"ignore",
				"pipe",
				"pipe"
			]
		});
		const ran = {
			stdout: "",
			stderr: ""
		};
		for (const name of ["stdout", "stderr"]) {
			const say = listeners[name];
			let line = "";
			child[name].setEncoding("utf8").on("data", (text) => {
				ran[name] += text;
				if (say === void 0) return;
				const whole = (line + text).split("\n");
				line = whole.pop() ?? "";
				for (const one of whole) say(one);
			});
			child[name].once("end", () => line !== "" && say?.(line));
		}
		const forward = (signal) => void child.kill(signal);
		process.on("SIGINT", forward).on("SIGTERM", forward);
		const forget = () => void process.off("SIGINT", forward).off("SIGTERM", forward);
		child.once("error", (error) => {
			forget();
			fail(error);
		});
		child.once("close", (code, signal) => {
			forget();
			done({
				code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]),
				...ran
			});
		});
	});
}
// action/src/base.ts
async function baseOf({ base }, cwd, env) {
	const ref = `refs/remotes/origin/${base}`;
	const git = (...args) => run("git", args, cwd, env);
	if ((await git("rev-parse", "--verify", "--quiet", `${ref}^{commit}`)).code !== 0) await git("fetch", "--no-tags", "--depth=1", "origin", `+refs/heads/${base}:${ref}`);
	return ref;
}
// action/src/paths.ts
const ANNOTATION = /^(::(?:error|warning|notice) file=)/gm;
function annotationsFromRoot(text, below) {
	if (below === "") return text;
	const prefix = below.replaceAll("%", "%25").replaceAll(":", "%3A").replaceAll(",", "%2C");
	return text.replaceAll(ANNOTATION, (_all, start, offset) => {
		return text.startsWith("/", offset + start.length) ? start : `${start}${prefix}/`;
	});
}
function sarifFromRoot(text, below) {
	if (below === "") return text;
	const prefix = below.split("/").map(encodeURIComponent).join("/");
	const move = (key, value) => {
		const { uri } = value ?? {};
		if (key !== "artifactLocation" || typeof uri !== "string") return value;
		return /^(?:[a-z]+:|\/)/i.test(uri) ? value : {
			...value,
			uri: `${prefix}/${uri}`
		};
	};
	return `${JSON.stringify(JSON.parse(text), move, 2)}\n`;
}
// action/src/workflow.ts
function input(env, name) {
	return (env[`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`] ?? "").trim();
}
function lines(env, name) {
	return input(env, name).split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
}
function isYes(env, name) {
	return /^(?:true|yes|on|1)$/i.test(input(env, name));
}
function pullRequestOf(env) {
	const path = env["GITHUB_EVENT_PATH"];
	if (path === void 0 || path === "") return void 0;
	const { number, base, head } = JSON.parse(readFileSync(path, "utf8")).pull_request ?? {};
	if (number === void 0 || base?.ref === void 0) return void 0;
	const isFork = head !== void 0 && head.repo?.full_name !== base.repo?.full_name;
	return {
		number,
		base: base.ref,
		isFork
	};
}
function setOutput(env, name, value) {
	const delimiter = `ghadelimiter_${randomUUID()}`;
	append(env["GITHUB_OUTPUT"], `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
}
function addSummary(env, markdown) {
	append(env["GITHUB_STEP_SUMMARY"], markdown);
}
function append(path, text) {
	if (path !== void 0 && path !== "") appendFileSync(path, text);
}
function command(kind, message) {
	return `::${kind}::${escapeData(message)}\n`;
}
function mask(secret) {
	return `::add-mask::${escapeData(secret)}\n`;
}
function escapeData(text) {
	return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
function runAction(main) {
	const write = (text) => void process.stdout.write(text);
	main(process.env, write).then((code) => process.exitCode = code, (error) => {
		write(command("error", error instanceof Error ? error.message : String(error)));
		process.exitCode = 1;
	});
}
// action/src/project.ts
function openProject(env, write) {
	for (const secret of secretsOf(env)) write(mask(secret));
	const workspace = resolve(env["GITHUB_WORKSPACE"] ?? ".");
	const cwd = resolve(workspace, input(env, "working-directory") || ".");
	const below = relative(workspace, cwd).split(sep).join("/");
	const asked = input(env, "lockstep") || "node_modules/.bin/lockstep";
	const file = findLockstep(asked, cwd, workspace);
	if (file === void 0) {
		write(command("error", `There is no \`${asked}\`. Install the packages in a step before.`));
		return;
	}
	return {
		env,
		write,
		workspace,
		cwd,
		below,
		lockstep: lockstepIn(file, cwd, env)
	};
}
function secretsOf(env) {
	const secrets = new Set();
	for (const name of ["LOCKSTEP_URL", "DATABASE_URL"]) {
		const url = env[name]?.trim() ?? "";
		if (url === "") continue;
		secrets.add(url);
		const password = /^[\w+.-]+:\/\/[^/@]*?:([^/]*)@/.exec(url)?.[1] ?? "";
		secrets.add(password).add(decoded(password));
		secrets.add(/\bpassword\s*=\s*'?([^'\s&]+)/.exec(url)?.[1] ?? "");
	}
	secrets.add(env["PGPASSWORD"] ?? "");
	secrets.delete("");
	return secrets;
}
function decoded(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
// action/src/main.ts
const ERRORS_FOUND = 65;
async function main(env, write) {
	const project = openProject(env, write);
	if (project === void 0) return 1;
	const { workspace, cwd, below, lockstep } = project;
	const pullRequest = pullRequestOf(env);
	const flags = await flagsOf(env, pullRequest, cwd);
	const lint = async (format) => {
		const ran = await lockstep([
			"lint",
			"--format",
			format,
			...flags
		]);
		if (ran.code === 0 || ran.code === ERRORS_FOUND) return ran;
		throw new Error(`lockstep lint ends with ${ran.code}: ${ran.stderr.trim()}`);
	};
	const annotations = await lint("github");
	write(annotationsFromRoot(annotations.stdout, below));
	const { summary } = JSON.parse((await lint("json")).stdout);
	const { errors, warnings, infos } = summary;
	const findings = errors + warnings + infos;
	setOutput(env, "findings", findings);
	setOutput(env, "errors", errors);
	setOutput(env, "warnings", warnings);
	addSummary(env, (await lint("github-summary")).stdout);
	const sarif = input(env, "sarif-file");
	if (sarif !== "") {
		const path = resolve(workspace, sarif);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, sarifFromRoot((await lint("sarif")).stdout, below));
		setOutput(env, "sarif", sarif);
	}
	if (isYes(env, "comment") && pullRequest !== void 0) {
		const markdown = marked((await lint("markdown")).stdout, below);
		try {
			await keepComment(env, input(env, "token"), pullRequest, markdown, findings > 0);
		} catch (error) {
			write(command("warning", `The comment cannot be written: ${error instanceof Error ? error.message : String(error)}`));
		}
	}
	return annotations.code === 0 ? 0 : 1;
}
async function flagsOf(env, pullRequest, cwd) {
	const flags = [];
	const give = (flag, value) => {
		if (value !== "") flags.push(flag, value);
	};
	const since = input(env, "since");
	if (since !== "") give("--since", since === "all" ? "" : since);
	else if (pullRequest !== void 0) give("--since", await baseOf(pullRequest, cwd, env));
	for (const dir of lines(env, "dir")) give("--dir", dir);
	give("--pg-version", input(env, "pg-version"));
	give("--runner", input(env, "runner"));
	give("--config", input(env, "config"));
	const paths = lines(env, "paths");
	return paths.length === 0 ? flags : [
		...flags,
		"--",
		...paths
	];
}
function marked(markdown, below) {
	return below === "" ? markdown : markdown.replace(/^(<!-- [\w-]+) -->/, `$1 ${below} -->`);
}
runAction(main);
export {};
