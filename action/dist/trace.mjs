import { spawn } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { randomUUID } from "node:crypto";
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
// action/src/markdown.ts
const LONGEST_COMMENT = 65536;
const LONGEST_SUMMARY = 349e3;
function code(text) {
	const line = text.replaceAll(/\s+/g, " ");
	const ticks = "`".repeat(longestRun(line) + 1);
	const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
	return `${ticks}${space}${line}${space}${ticks}`;
}
function fenced(text, language = "text") {
	const ticks = "`".repeat(Math.max(3, longestRun(text) + 1));
	return `${ticks}${language}\n${text.trimEnd()}\n${ticks}\n`;
}
function render({ head, details }, limit) {
	const whole = details === void 0 ? head : `${head}\n${folded(details.title, details.text)}`;
	if (whole.length <= limit) return whole;
	const note = "Cut off, because it is too long: run the command to see the rest.\n";
	if (details !== void 0) {
		const around = `${head}\n${folded(details.title, "")}${note}`.length;
		const kept = wholeLines(details.text, limit - around - longestRun(details.text) * 2 - 2);
		if (kept !== "") return `${head}\n${folded(details.title, kept)}${note}`;
	}
	if (head.length + 66 <= limit) return `${head}${note}`;
	return `${wholeLines(head, limit - 66 - 1)}\n${note}`;
}
function folded(title, text) {
	return `<details><summary>${title}</summary>\n\n${fenced(text)}\n</details>\n`;
}
function wholeLines(text, limit) {
	const end = text.lastIndexOf("\n", limit);
	return end <= 0 ? "" : text.slice(0, end);
}
function longestRun(text) {
	return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
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
function errorAt(place, title, message) {
	return `::error ${Object.entries({
		...place,
		title
	}).map(([name, value]) => `${name}=${escapeProperty(String(value))}`).join(",")}::${escapeData(message)}\n`;
}
function mask(secret) {
	return `::add-mask::${escapeData(secret)}\n`;
}
async function withoutCommands(write, work) {
	const token = randomUUID();
	write(`::stop-commands::${token}\n`);
	try {
		return await work();
	} finally {
		write(`::${token}::\n`);
	}
}
function escapeData(text) {
	return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
function escapeProperty(text) {
	return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
function runAction(main) {
	const write = (text) => void process.stdout.write(text);
	main(process.env, write).then((code) => process.exitCode = code, (error) => {
		write(command("error", error instanceof Error ? error.message : String(error)));
		process.exitCode = 1;
	});
}
// action/src/failure.ts
const MOST_ANNOTATIONS = 10;
function failureIn(stdout) {
	return stdout.split("\n").flatMap((line) => {
		if (!line.includes("\"failure\"")) return [];
		return objectIn(line)?.failure ?? [];
	}).at(-1);
}
function objectIn(line) {
	if (!line.startsWith("{\"")) return void 0;
	try {
		return JSON.parse(line);
	} catch {
		return;
	}
}
function failureOf(ran) {
	const said = failureIn(ran.stdout);
	if (said !== void 0 || ran.code === 0) return said;
	return {
		class: ran.code === 64 ? "usage" : "bug",
		exitCode: ran.code,
		what: ran.stderr.trim().split("\n")[0] || `lockstep ends with ${ran.code}`,
		state: "",
		action: "The log of this step has all that was said."
	};
}
function annotate(write, failures, below) {
	const shown = failures.length > MOST_ANNOTATIONS ? 9 : failures.length;
	for (const failure of failures.slice(0, shown)) {
		const title = `Lockstep: ${failure.class}`;
		const { location } = failure;
		const message = sentences(failure).join("\n");
		if (location === void 0 || location.file.startsWith("/")) write(command("error", `${title}: ${message}`));
		else write(errorAt({
			file: posix.join(below, location.file),
			line: location.line,
			col: location.column
		}, title, message));
	}
	const hidden = failures.length - shown;
	if (hidden > 0) write(command("error", `And ${hidden} more; the summary of the job has all.`));
}
function failureMarkdown(failure) {
	const { location } = failure;
	const text = [...location === void 0 ? [] : [`at ${location.file}:${location.line}`], ...sentences(failure)].join("\n");
	return `**${failure.class}** (exit ${failure.exitCode})\n\n${fenced(text)}`;
}
function sentences({ what, notes = [], state, action }) {
	return [
		what,
		...notes,
		...state === "" ? [] : [`State now: ${state}`],
		...action === "" ? [] : [`What to do: ${action}`]
	];
}
// action/src/flags.ts
function withUrl(env) {
	const url = input(env, "url");
	return url === "" ? env : {
		...env,
		LOCKSTEP_URL: url
	};
}
function flagsOf(env) {
	return [...projectFlags(env), ...lines(env, "args")];
}
function projectFlags(env) {
	const flags = [];
	give(flags, "--env", input(env, "environment"));
	give(flags, "--config", input(env, "config"));
	for (const dir of lines(env, "dir")) give(flags, "--dir", dir);
	return flags;
}
function give(flags, flag, value) {
	if (value !== "") flags.push(flag, value);
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
// action/src/report.ts
async function publish(project, report) {
	const { env, write } = project;
	addSummary(env, `${render(report, LONGEST_SUMMARY)}\n`);
	const pullRequest = pullRequestOf(env);
	if (!isYes(env, "comment") || pullRequest === void 0) return;
	if (pullRequest.isFork) {
		write(command("notice", `This pull request comes from a fork: what would be its comment is in the summary of the job.`));
		return;
	}
	const marker = markerOf(report.kind, [project.below, input(env, "environment")]);
	const body = render({
		...report,
		head: `${marker}\n${report.head}`
	}, LONGEST_COMMENT);
	try {
		await keepComment(env, input(env, "token"), pullRequest, body, report.isWorthwhile);
	} catch (error) {
		write(command("warning", `The comment cannot be written, it is in the summary: ${error instanceof Error ? error.message : String(error)}`));
	}
}
function markerOf(kind, parts) {
	const words = parts.filter((part) => part !== "").map((part) => part.replaceAll("--", "__"));
	return `<!-- ${[`lockstep-${kind}`, ...words].join(" ")} -->`;
}
// action/src/trace.ts
async function main(env, write) {
	const project = openProject(withUrl(env), write);
	if (project === void 0) return 1;
	const { lockstep, below, cwd } = project;
	const args = ["trace", ...await traceFlags(env, cwd)];
	const [json, text] = [await lockstep(withJson(args)), await lockstep(args)];
	await withoutCommands(write, async () => write(text.stdout || text.stderr));
	const trace = json.stdout.startsWith("{\n") ? JSON.parse(json.stdout) : void 0;
	const failure = trace === void 0 ? failureOf(json) : trace.failure ?? void 0;
	const exceeded = trace?.budget?.exceeded ?? [];
	const traced = trace?.files.map(({ id }) => id) ?? [];
	setOutput(env, "traced", traced.length);
	setOutput(env, "traced-list", JSON.stringify(traced));
	setOutput(env, "exceeded", exceeded.length);
	setOutput(env, "failure-class", failure?.class ?? "");
	setOutput(env, "exit-code", json.code);
	const limit = input(env, "max-block");
	const late = exceeded.map((one) => lateness(one, limit));
	annotate(write, [...failure === void 0 ? [] : [failure], ...late], below);
	const names = [below, input(env, "environment")].filter((name) => name !== "").map(code);
	const head = [
		`## Lockstep trace${names.length === 0 ? "" : ` of ${names.join(", ")}`}\n`,
		traced.length === 0 ? "Nothing was traced.\n" : `${traced.map(code).join(", ")}.\n`,
		...trace?.budget === void 0 || limit === "" || exceeded.length > 0 ? [] : [`No step is expected to make anybody wait longer than ${code(limit)}.\n`],
		...failure === void 0 ? [] : [failureMarkdown(failure)],
		...exceeded.map(({ id, step, relation, expectedMs }) => `- ${code(id)}, step ${step}: others would wait for about **${Math.round(expectedMs)} ms** on ${code(relation)}, and ${code(limit)} is allowed.`),
		""
	].join("\n");
	await publish(project, {
		kind: "trace",
		isWorthwhile: traced.length > 0 || failure !== void 0,
		head,
		...traced.length > 0 && { details: {
			title: "What was seen",
			text: text.stdout
		} }
	});
	return json.code === 0 ? 0 : 1;
}
function lateness({ file, step, relation, expectedMs }, limit) {
	return {
		class: "trace --max-block",
		exitCode: 65,
		what: `Step ${step} is expected to make others wait on \`${relation}\` for ${Math.round(expectedMs)} ms, and ${limit} is allowed.`,
		state: "",
		action: "The summary of the job says which statement holds which lock, and for how long.",
		location: {
			file,
			line: 1,
			column: 1
		}
	};
}
async function traceFlags(env, cwd) {
	const flags = [];
	const since = input(env, "since");
	const paths = lines(env, "paths");
	const pullRequest = pullRequestOf(env);
	if (since !== "") give(flags, "--since", since);
	else if (paths.length === 0 && input(env, "url") === "" && pullRequest !== void 0) give(flags, "--since", await baseOf(pullRequest, cwd, env));
	give(flags, "--stats", input(env, "stats"));
	give(flags, "--max-block", input(env, "max-block"));
	give(flags, "--pg-version", input(env, "pg-version"));
	flags.push(...flagsOf(env));
	return paths.length === 0 ? flags : [
		...flags,
		"--",
		...paths
	];
}
function withJson([name = "", ...flags]) {
	return [
		name,
		"--json",
		...flags
	];
}
runAction(main);
export {};
