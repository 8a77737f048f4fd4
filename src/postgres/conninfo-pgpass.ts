/**
 * The password file: `host:port:database:user:password` lines, the first match wins. As in libpq a
 * file that others can read is not used, because then they can read the password too.
 */
import { readFileSync, statSync } from "node:fs";

import { isAbsent, resolvePath, userFile, type Surroundings } from "./conninfo-files.ts";
import { textOf, type Params } from "./conninfo-params.ts";

export interface PasswordKey {
  /** The host as given, not the address; a Unix socket in the default directory is `localhost`. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

export type PasswordLookup = (key: PasswordKey) => string | undefined;

/** Reads the password file once; what stands against using it goes to `notes`. */
export async function readPasswordFile(
  params: Params,
  notes: string[],
  around: Surroundings,
): Promise<PasswordLookup> {
  const named = textOf(params, "passfile");
  const path =
    named === undefined ? userFile(around, ".pgpass", "pgpass.conf") : resolvePath(around, named);
  try {
    const info = statSync(path);
    if (!info.isFile()) {
      notes.push(`The password file ${path} is not used: it is not a plain file.`);
      return () => undefined;
    }
    if (process.platform !== "win32" && (info.mode & 0o077) !== 0) {
      notes.push(
        `The password file ${path} is not used: group or others have access to it. Run \`chmod 600 ${path}\`.`,
      );
      return () => undefined;
    }
    const lines = readFileSync(path, "utf8").split(/\r?\n/);
    return (key) => findPassword(lines, key);
  } catch (error) {
    if (!isAbsent(error)) {
      notes.push(`The password file ${path} cannot be read: ${(error as Error).message}.`);
    }
    return () => undefined;
  }
}

export function findPassword(lines: readonly string[], key: PasswordKey): string | undefined {
  const wanted = [key.host, String(key.port), key.database, key.user];
  for (const line of lines) {
    if (line === "" || line.startsWith("#")) continue;
    const fields = splitLine(line);
    if (fields && wanted.every((value, i) => fields[i] === "*" || unescape(fields[i]!) === value)) {
      return unescape(fields[4]!) || undefined;
    }
  }
  return undefined;
}

/** Four fields that end at an unescaped colon; everything after them is the password. */
function splitLine(line: string): string[] | undefined {
  const match =
    /^((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):(.*)$/s.exec(line);
  return match ? match.slice(1) : undefined;
}

function unescape(field: string): string {
  return field.replace(/\\(.)/gs, "$1");
}
