/**
 * What GitHub gives to an action and takes from it: variables, the event, files. By hand, because it
 * is a page; @actions/core brings an HTTP client along and is fifty times as much.
 */
import { randomUUID } from "node:crypto";
import { appendFileSync, readFileSync } from "node:fs";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Trimmed; empty when it is not given. */
export function input(env: Environment, name: string): string {
  return (env[`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`] ?? "").trim();
}

/** One a line, so that a path may have spaces. */
export function lines(env: Environment, name: string): string[] {
  return input(env, name)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

export function isYes(env: Environment, name: string): boolean {
  return /^(?:true|yes|on|1)$/i.test(input(env, name));
}

export interface PullRequest {
  readonly number: number;
  /** Name of the branch that it goes into. */
  readonly base: string;
}

/** Undefined where the workflow runs for something else. */
export function pullRequestOf(env: Environment): PullRequest | undefined {
  const path = env["GITHUB_EVENT_PATH"];
  if (path === undefined || path === "") return undefined;
  const event = JSON.parse(readFileSync(path, "utf8")) as {
    pull_request?: { number?: number; base?: { ref?: string } };
  };
  const { number, base } = event.pull_request ?? {};
  return number === undefined || base?.ref === undefined ? undefined : { number, base: base.ref };
}

/** In the form for several lines, which holds every text. */
export function setOutput(env: Environment, name: string, value: string | number): void {
  const delimiter = `ghadelimiter_${randomUUID()}`;
  append(env["GITHUB_OUTPUT"], `${name}<<${delimiter}\n${value}\n${delimiter}\n`);
}

export function addSummary(env: Environment, markdown: string): void {
  append(env["GITHUB_STEP_SUMMARY"], markdown);
}

/** Outside of GitHub there is no such file, and nothing to be said. */
function append(path: string | undefined, text: string): void {
  if (path !== undefined && path !== "") appendFileSync(path, text);
}

export function command(kind: "error" | "warning", message: string): string {
  return `::${kind}::${escapeData(message)}\n`;
}

/** As the text of a workflow command has to be written. */
export function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}
