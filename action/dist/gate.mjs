import { dirname, isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { randomUUID } from "node:crypto";
import { appendFileSync, existsSync } from "node:fs";
import { spawn } from "node:child_process";
import { constants } from "node:os";
// action/src/markdown.ts
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
// action/src/gate.ts
async function main(env, write) {
	const project = openProject(withUrl(env), write);
	if (project === void 0) return 1;
	const { lockstep, below } = project;
	const flags = [];
	give(flags, "--timeout", input(env, "timeout"));
	const ran = await withoutCommands(write, () => lockstep([
		"gate",
		"--json",
		...flags,
		...flagsOf(env)
	], { stderr: (line) => write(`${line}\n`) }));
	const state = ran.stdout.startsWith("{\n") ? JSON.parse(ran.stdout) : void 0;
	const failure = failureOf(ran);
	const ready = ran.code === 0;
	setOutput(env, "ready", String(ready));
	setOutput(env, "current", state?.current ?? "");
	setOutput(env, "failure-class", failure?.class ?? "");
	setOutput(env, "exit-code", ran.code);
	if (failure !== void 0) annotate(write, [failure], below);
	const at = state?.current ? ` At version ${code(state.current)}.` : "";
	if (ready) write(`Ready.${at}\n`);
	addSummary(env, `## Lockstep gate

${failure === void 0 ? `Ready.${at}\n` : failureMarkdown(failure)}\n`);
	return ready ? 0 : 1;
}
runAction(main);
export {};
