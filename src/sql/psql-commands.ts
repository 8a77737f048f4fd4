/**
 * What to do about psql's backslash commands, which the server does not know. The script runs
 * without psql here, so that each needs its own replacement.
 */
import { Failure } from "../failures/failure.ts";
import { nextLine } from "./lexer.ts";
import type { Locate } from "./locate.ts";

const INCLUDE =
  "Put the SQL of the included file into this one, or make it a migration of its own.";
const VARIABLE =
  "Write the value into the SQL, or use a `${name}` placeholder from the configuration.";
const CONDITION =
  "Write the condition in SQL, for example `do $$ begin if … then … end if; end $$`.";
const OUTPUT = "Remove it; to say something, use `do $$ begin raise notice '…'; end $$`.";
const CONNECT =
  "Remove it; a migration runs in the database of the run. For another role, write `-- lockstep:role name`.";
const GENERATE = "Build the statements in a `do` block with `execute format(…)`.";
const ADVICE: ReadonlyMap<string, string> = new Map([
  ["i", INCLUDE],
  ["include", INCLUDE],
  ["ir", INCLUDE],
  ["include_relative", INCLUDE],
  [
    "copy",
    "Write `copy … from stdin;` with the rows below it and `\\.` at the end; the file is self-contained then.",
  ],
  ["c", CONNECT],
  ["connect", CONNECT],
  ["set", VARIABLE],
  ["unset", VARIABLE],
  ["gset", VARIABLE],
  ["prompt", VARIABLE],
  ["getenv", VARIABLE],
  ["gexec", GENERATE],
  ["g", "End the statement with a semicolon instead."],
  [";", "End the statement with a semicolon alone."],
  ["echo", OUTPUT],
  ["warn", OUTPUT],
  ["qecho", OUTPUT],
  ["if", CONDITION],
  ["elif", CONDITION],
  ["else", CONDITION],
  ["endif", CONDITION],
  ["encoding", "Remove it; migration files are UTF-8."],
  [".", "Remove this line; no `copy … from stdin` data is open here."],
]);

const GENERAL = "Remove it; migrations are sent to the server without psql.";

/** pg_dump since its 2025 releases puts these around its output; they mean nothing without psql. */
export function isDumpGuard(name: string): boolean {
  return name === "restrict" || name === "unrestrict";
}

/** The command's name: letters, or one other character. */
export function commandName(bytes: Buffer, backslash: number): string {
  const end = nextLine(bytes, backslash, Math.min(bytes.length, backslash + 64));
  const text = bytes.toString("latin1", backslash + 1, end);
  return /^[a-z_]+/i.exec(text)?.[0] ?? text.slice(0, 1).trim();
}

/**
 * Where a command ends: with its line, or at the next backslash outside of quotes. The line ending
 * is not part of it; the two backslashes that separate it from SQL on the same line are.
 */
export function commandEnd(bytes: Buffer, backslash: number, limit: number): number {
  let at = backslash + 1 + Math.max(1, commandName(bytes, backslash).length);
  for (let quote = 0; at < limit; at++) {
    const byte = bytes[at]!;
    if (byte === 10 || byte === 13) return at;
    if (quote !== 0) {
      if (byte === quote) quote = 0;
      else if (byte === 92 && quote === 39) at++;
    } else if (byte === 39 || byte === 34 || byte === 96) quote = byte;
    else if (byte === 92) return bytes[at + 1] === 92 ? at + 2 : at;
  }
  return limit;
}

export function psqlCommandFailure(
  path: string,
  name: string,
  offset: number,
  locate: Locate,
): Failure {
  return new Failure({
    class: "file.psql",
    what: `\`\\${name}\` is a command of psql, not SQL.`,
    action: ADVICE.get(name.toLowerCase()) ?? GENERAL,
    location: { file: path, ...locate(offset) },
  });
}

/** `:name`, `:'name'` and `:"name"`, found where the parser stumbled. */
export function psqlVariableFailure(
  path: string,
  bytes: Buffer,
  offset: number,
  locate: Locate,
): Failure | undefined {
  // The parser points at the colon, or at the quoted name behind it.
  const at = bytes[offset] === 58 ? offset : offset - 1;
  const match = /^:(?:'\w+'|"\w+"|[A-Za-z_]\w*)/.exec(bytes.toString("latin1", at, at + 80));
  if (match === null || bytes[at - 1] === 58) return undefined;
  return new Failure({
    class: "file.psql",
    what: `\`${match[0]}\` is a variable of psql, not SQL.`,
    action: VARIABLE,
    location: { file: path, ...locate(at) },
  });
}
