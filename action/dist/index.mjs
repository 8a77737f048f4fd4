import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { spawn } from "node:child_process";
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
			"user-agent": "lockstep-lint",
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
	const { INPUT_TOKEN: _token, ...others } = env;
	const isScript = /\.[cm]?js$/.test(file);
	return (args) => run(isScript ? process.execPath : file, isScript ? [file, ...args] : args, cwd, others);
}
function run(file, args, cwd, env) {
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
		for (const name of ["stdout", "stderr"]) child[name].setEncoding("utf8").on("data", (text) => ran[name] += text);
		child.once("error", fail);
		child.once("close", (code) => done({
			code,
			...ran
		}));
	});
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
	const { number, base } = JSON.parse(readFileSync(path, "utf8")).pull_request ?? {};
	return number === void 0 || base?.ref === void 0 ? void 0 : {
		number,
		base: base.ref
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
function escapeData(text) {
	return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
// action/src/main.ts
const ERRORS_FOUND = 65;
async function main(env, write) {
	const workspace = resolve(env["GITHUB_WORKSPACE"] ?? ".");
	const cwd = resolve(workspace, input(env, "working-directory") || ".");
	const below = relative(workspace, cwd).split(sep).join("/");
	const asked = input(env, "lockstep") || "node_modules/.bin/lockstep";
	const file = findLockstep(asked, cwd, workspace);
	if (file === void 0) {
		write(command("error", `There is no \`${asked}\`. Install the packages in a step before.`));
		return 1;
	}
	const pullRequest = pullRequestOf(env);
	const flags = await flagsOf(env, pullRequest, cwd);
	const lockstep = lockstepIn(file, cwd, env);
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
async function baseOf({ base }, cwd, env) {
	const ref = `refs/remotes/origin/${base}`;
	const git = (...args) => run("git", args, cwd, env);
	if ((await git("rev-parse", "--verify", "--quiet", `${ref}^{commit}`)).code !== 0) await git("fetch", "--no-tags", "--depth=1", "origin", `+refs/heads/${base}:${ref}`);
	return ref;
}
function marked(markdown, below) {
	return below === "" ? markdown : markdown.replace(/^(<!-- [\w-]+) -->/, `$1 ${below} -->`);
}
const say = (text) => void process.stdout.write(text);
main(process.env, say).then((code) => process.exitCode = code, (error) => {
	say(command("error", error instanceof Error ? error.message : String(error)));
	process.exitCode = 1;
});
export {};
