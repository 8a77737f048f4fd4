/**
 * Runs the built command as real processes, in an environment that holds nothing of the machine:
 * no PG* variables, no DATABASE_URL, no colours, and HOME is the working directory, so that a
 * `.pgpass` or a service file is there only when a test writes one.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { RunEvent } from "../../src/runner/events.ts";
import { onProcessEnd, onTestEnd } from "./cleanup.ts";
import { environment } from "./elsewhere.ts";
import { waitUntil } from "./wait-until.ts";

const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");

export interface CliOptions {
  readonly cwd: string;
  /** Added to the clean environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Becomes DATABASE_URL. */
  readonly url?: string;
  /** Written to the command's standard input, which is closed then; by default it is empty. */
  readonly stdin?: string;
  /** Aborting sends SIGTERM. */
  readonly signal?: AbortSignal;
  /** After this long the command is killed and the result is an error; default 60 s. */
  readonly deadlineMs?: number;
  /** Another Node binary than the one that runs the tests. */
  readonly node?: string;
  /** Another script than the built command. */
  readonly main?: string;
}

export interface CliResult {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  /** The lines of `--json`; a line that a kill cut short is left out. */
  events(): RunEvent[];
  /** The whole of stdout as one JSON document. */
  json(): unknown;
}

export interface RunningCli {
  readonly pid: number;
  kill(signal?: NodeJS.Signals): void;
  /** What has come so far on stdout and stderr, in the order in which it arrived. */
  output(): string;
  /** Waits for `pattern` in the output; an error when the command ends without it. */
  waitForOutput(pattern: RegExp, deadlineMs?: number): Promise<RegExpExecArray>;
  readonly done: Promise<CliResult>;
}

/** Runs the command to its end, whatever its exit code. */
export function runCli(args: readonly string[], options: CliOptions): Promise<CliResult> {
  return startCli(args, options).done;
}

/** Starts `n` commands at once and waits for all; `options` may depend on the number, from 0. */
export function runMany(
  n: number,
  args: readonly string[],
  options: CliOptions | ((index: number) => CliOptions),
): Promise<CliResult[]> {
  const one = (index: number): CliOptions =>
    typeof options === "function" ? options(index) : options;
  return Promise.all(Array.from({ length: n }, (_, index) => runCli(args, one(index))));
}

export function startCli(args: readonly string[], options: CliOptions): RunningCli {
  const main = options.main ?? MAIN;
  if (!existsSync(main)) {
    throw new Error(`${main} does not exist: run \`npm run build\` (\`npm test\` does it first)`);
  }
  const startedAt = performance.now();
  const child = spawn(options.node ?? process.execPath, [main, ...args], {
    cwd: options.cwd,
    env: cleanEnvironment(options),
    stdio: ["pipe", "pipe", "pipe"],
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${options.node ?? "node"} cannot be started`);
  const streams = collect(child);
  // A command that ends without reading its input is no error here.
  child.stdin.on("error", () => {});
  child.stdin.end(options.stdin ?? "");

  const forget = onProcessEnd(() => child.kill("SIGKILL"));
  onTestEnd(() => void child.kill("SIGKILL"));
  const stop = (): void => void child.kill("SIGTERM");
  options.signal?.addEventListener("abort", stop, { once: true });
  if (options.signal?.aborted === true) stop();

  const done = new Promise<CliResult>((resolve, reject) => {
    const { deadlineMs = 60_000 } = options;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill("SIGKILL");
    }, deadlineMs);
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      forget();
      options.signal?.removeEventListener("abort", stop);
      const command = `lockstep ${args.join(" ")}`;
      if (late) reject(new Error(`\`${command}\` ran over ${deadlineMs} ms\n${streams.both}`));
      else resolve(result(code, signal, streams, performance.now() - startedAt));
    });
  });
  // The error belongs to whoever awaits `done`; until then it must not end the test process.
  done.catch(() => {});

  return {
    pid,
    done,
    kill: (signal = "SIGTERM") => void child.kill(signal),
    output: () => streams.both,
    waitForOutput: (pattern, deadlineMs = 15_000) =>
      waitForOutput(child, streams, pattern, deadlineMs),
  };
}

interface Streams {
  stdout: string;
  stderr: string;
  both: string;
  closed: boolean;
}

function collect(child: ChildProcess): Streams {
  const streams: Streams = { stdout: "", stderr: "", both: "", closed: false };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      streams[name] += text;
      streams.both += text;
    });
  }
  child.once("close", () => (streams.closed = true));
  return streams;
}

async function waitForOutput(
  child: ChildProcess,
  streams: Streams,
  pattern: RegExp,
  deadlineMs: number,
): Promise<RegExpExecArray> {
  // A global or sticky pattern would remember where it stopped.
  const fresh = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, ""));
  let found: RegExpExecArray | null = null;
  await waitUntil(() => (found = fresh.exec(streams.both)) !== null || streams.closed, {
    deadlineMs,
    what: `${String(pattern)} in the output`,
  }).catch((error: unknown) => {
    throw new Error(`${(error as Error).message}\n${streams.both}`, { cause: error });
  });
  if (found !== null) return found;
  const end = child.signalCode ?? `exit code ${child.exitCode}`;
  throw new Error(`ended with ${end}, without ${String(pattern)} in its output\n${streams.both}`);
}

function result(
  code: number | null,
  signal: NodeJS.Signals | null,
  { stdout, stderr }: Streams,
  ms: number,
): CliResult {
  return {
    code,
    signal,
    stdout,
    stderr,
    ms,
    events: () => parseLines(stdout),
    json: () => JSON.parse(stdout) as unknown,
  };
}

function parseLines(stdout: string): RunEvent[] {
  const lines = stdout.split("\n");
  // What follows the last line feed is a line that was never finished, or nothing.
  lines.pop();
  return lines.map((line) => {
    try {
      return JSON.parse(line) as RunEvent;
    } catch (error) {
      throw new Error(`not a line of JSON: ${line}`, { cause: error });
    }
  });
}

function cleanEnvironment({ cwd, env = {}, url }: CliOptions): NodeJS.ProcessEnv {
  const clean: NodeJS.ProcessEnv = {
    PATH: process.env["PATH"],
    HOME: cwd,
    TMPDIR: tmpdir(),
    LANG: "C.UTF-8",
    NO_COLOR: "1",
    ...(url !== undefined && { DATABASE_URL: url }),
    ...environment(),
  };
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete clean[name];
    else clean[name] = value;
  }
  return clean;
}
