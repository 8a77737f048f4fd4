/** Where libpq looks for a user's files, and reading a file that may not be there. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** What the files are looked up with. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Relative paths in parameters start here. */
  readonly cwd: string;
}

/** A file that libpq keeps in the home directory, or in %APPDATA%\postgresql on Windows. */
export function userFile(around: Surroundings, unix: string, windows: string): string {
  if (process.platform === "win32") {
    return join(around.env["APPDATA"] ?? homedir(), "postgresql", windows);
  }
  return join(around.env["HOME"] || homedir(), unix);
}

export function resolvePath(around: Surroundings, path: string): string {
  return resolve(around.cwd, path);
}

/** The bytes of a file, or undefined when there is none; any other error is thrown. */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

export function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}
