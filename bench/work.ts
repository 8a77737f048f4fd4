/** The folder of everything that a run of the benchmark makes; removed and made anew at its start. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";

export const ROOT: string = join(import.meta.dirname, "..");
export const WORK: string = join(import.meta.dirname, ".work");
/** The command that is measured: the built one, as it is published, or another build of it. */
export const LOCKSTEP: string =
  process.env["LOCKSTEP_BENCH_MAIN"] ?? join(ROOT, "dist/cli/main.js");

export async function emptyWork(): Promise<void> {
  await rm(WORK, { recursive: true, force: true });
  await mkdir(WORK, { recursive: true });
}

/** A new folder for one contender. */
export async function workFolder(name: string): Promise<string> {
  const folder = join(WORK, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}
