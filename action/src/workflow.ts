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

/** Where the log of the step goes: its standard output. */
export type Write = (text: string) => void;

export interface PullRequest {
  readonly number: number;
  /** Name of the branch that it goes into. */
  readonly base: string;
  /** Of another repository: no secrets, and a token that may not write. */
  readonly isFork: boolean;
}

/** Undefined where the workflow runs for something else. */
export function pullRequestOf(env: Environment): PullRequest | undefined {
  const path = env["GITHUB_EVENT_PATH"];
  if (path === undefined || path === "") return undefined;
  const event = JSON.parse(readFileSync(path, "utf8")) as {
    pull_request?: {
      number?: number;
      base?: { ref?: string; repo?: { full_name?: string } };
      head?: { repo?: { full_name?: string } | null };
    };
  };
  const { number, base, head } = event.pull_request ?? {};
  if (number === undefined || base?.ref === undefined) return undefined;
  // The repository of a fork may be gone.
  const isFork = head !== undefined && head.repo?.full_name !== base.repo?.full_name;
  return { number, base: base.ref, isFork };
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

export function command(kind: "error" | "warning" | "notice", message: string): string {
  return `::${kind}::${escapeData(message)}\n`;
}

export interface Place {
  /** From the root of the repository. */
  readonly file: string;
  readonly line?: number;
  readonly col?: number;
}

/** An error on a line of a file. */
export function errorAt(place: Place, title: string, message: string): string {
  const properties = Object.entries({ ...place, title }).map(
    ([name, value]) => `${name}=${escapeProperty(String(value))}`,
  );
  return `::error ${properties.join(",")}::${escapeData(message)}\n`;
}

/** From here on, GitHub writes `***` for it in every log of the job. */
export function mask(secret: string): string {
  return `::add-mask::${escapeData(secret)}\n`;
}

/**
 * Text that is not ours, as it is: what a server or a file says may begin with `::`, and is no
 * command.
 */
export async function withoutCommands<T>(write: Write, work: () => Promise<T>): Promise<T> {
  const token = randomUUID();
  write(`::stop-commands::${token}\n`);
  try {
    return await work();
  } finally {
    write(`::${token}::\n`);
  }
}

/** As the text of a workflow command has to be written. */
export function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** Runs an action to its end, whatever that is. */
export function runAction(main: (env: Environment, write: Write) => Promise<number>): void {
  const write: Write = (text) => void process.stdout.write(text);
  main(process.env, write).then(
    (code) => (process.exitCode = code),
    (error: unknown) => {
      write(command("error", error instanceof Error ? error.message : String(error)));
      process.exitCode = 1;
    },
  );
}
