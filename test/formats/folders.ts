/** Folders that a test writes by itself, and what is wrong with them. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Failure } from "../../src/failures/failure.ts";

/** A folder below the system's own; paths are relative to it. */
export function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
  const dir = join(mkdtempSync(join(tmpdir(), "lockstep-format-")), "migrations");
  mkdirSync(dir);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

/** The Failure that a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Failure) return error;
  throw error ?? new Error("it does not fail");
}
