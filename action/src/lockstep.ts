/** Runs the Lockstep of the project: the actions decide nothing by themselves. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Environment } from "./workflow.ts";

export interface Ran {
  /** As a shell has it: 128 + the signal when that ended it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Is given what comes, line after line, while the command runs. */
export interface Listeners {
  readonly stdout?: (line: string) => void;
  readonly stderr?: (line: string) => void;
}

export type RunLockstep = (args: readonly string[], listeners?: Listeners) => Promise<Ran>;

/** In the folder of the project or, where packages are hoisted, in one above it. */
export function findLockstep(asked: string, cwd: string, workspace: string): string | undefined {
  if (isAbsolute(asked)) return existsSync(asked) ? asked : undefined;
  for (let at = cwd; ; at = dirname(at)) {
    const file = join(at, asked);
    if (existsSync(file)) return file;
    if (at === resolve(workspace) || at === dirname(at)) return undefined;
  }
}

export function lockstepIn(file: string, cwd: string, env: Environment): RunLockstep {
  // The configuration is code of the pull request, and the token is not for it.
  const { INPUT_TOKEN: _token, ...given } = env;
  const isScript = /\.[cm]?js$/.test(file);
  return (args, listeners) =>
    run(
      isScript ? process.execPath : file,
      isScript ? [file, ...args] : args,
      cwd,
      given,
      listeners,
    );
}

export function run(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Environment,
  listeners: Listeners = {},
): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const ran = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      const say = listeners[name];
      let line = "";
      child[name].setEncoding("utf8").on("data", (text: string) => {
        ran[name] += text;
        if (say === undefined) return;
        const whole = (line + text).split("\n");
        line = whole.pop() ?? "";
        for (const one of whole) say(one);
      });
      child[name].once("end", () => line !== "" && say?.(line));
    }
    // A job that is cancelled gets a signal, and who gets it is this process alone.
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    process.on("SIGINT", forward).on("SIGTERM", forward);
    const forget = (): void => void process.off("SIGINT", forward).off("SIGTERM", forward);
    child.once("error", (error) => {
      forget();
      fail(error);
    });
    child.once("close", (code, signal) => {
      forget();
      done({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), ...ran });
    });
  });
}
