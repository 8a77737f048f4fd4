/** Runs the Lockstep of the project: the action has no rules of its own. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Environment } from "./workflow.ts";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type RunLockstep = (args: readonly string[]) => Promise<Ran>;

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
  const { INPUT_TOKEN: _token, ...others } = env;
  const isScript = /\.[cm]?js$/.test(file);
  return (args) =>
    run(isScript ? process.execPath : file, isScript ? [file, ...args] : args, cwd, others);
}

export function run(
  file: string,
  args: readonly string[],
  cwd: string,
  env: Environment,
): Promise<Ran> {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const ran = { stdout: "", stderr: "" };
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => (ran[name] += text));
    }
    child.once("error", fail);
    child.once("close", (code) => done({ code, ...ran }));
  });
}
