/** Runs another migration tool, from the packages of tools/other-runners, on a copy of a fixture. */
import { execFile } from "node:child_process";
import { cpSync, readdirSync, rmSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { project } from "../support/project.ts";

const BIN = join(import.meta.dirname, "../../node_modules/.bin");
const DEADLINE_MS = 60_000;

/** A copy of the folder with the entries that `keep` says; gone at the end of the test. */
export async function copyOf(dir: string, keep: (name: string) => boolean): Promise<string> {
  const copy = await project();
  cpSync(dir, copy.dir, { recursive: true });
  for (const name of readdirSync(copy.dir)) {
    if (!keep(name)) rmSync(join(copy.dir, name), { recursive: true });
  }
  return copy.dir;
}

/** Resolves to what it printed; an error with all of it when it fails. */
export async function runTool(
  command: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const path = [BIN, process.env["PATH"] ?? ""].join(delimiter);
  const { stdout, stderr } = await promisify(execFile)(command, [...args], {
    cwd,
    env: { PATH: path, HOME: cwd, ...env },
    timeout: DEADLINE_MS,
  });
  return stdout + stderr;
}
