/** Squawk, the linter that most people know, on the same files. It comes from tools/other-runners. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const SQUAWK_VERSION = "2.66.0";

/**
 * The rules of Squawk that mean long work under a lock that blocks writes. Not among them: rules
 * about short locks (dropped indexes), lost data, applications that break, style, and statements
 * that fail (a required column without a default).
 */
export const SQUAWK_LONG_WORK = {
  "adding-field-with-default": "rewrite",
  "changing-column-type": "rewrite",
  "adding-serial-primary-key-field": "index-build",
  "disallowed-unique-constraint": "index-build",
  "require-concurrent-index-creation": "index-build",
  "require-concurrent-reindex": "index-build",
  "adding-foreign-key-constraint": "fk-validation",
  "adding-not-nullable-field": "scan",
  "constraint-missing-not-valid": "scan",
  "ban-alter-domain-with-add-constraint": "scan",
} as const;

export interface NamedText {
  readonly path: string;
  readonly text: string | Buffer;
}

export interface SquawkFinding {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly rule: string;
}

const BIN = join(import.meta.dirname, "../../node_modules/.bin/squawk");
const DEADLINE_MS = 60_000;

/** Looks at all files in their order, as one call of Squawk; `assumed`: each is one transaction. */
export async function runSquawk(
  files: readonly NamedText[],
  version: number,
  assumed: boolean,
): Promise<readonly SquawkFinding[]> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-squawk-"));
  try {
    // Their own names may be anything, and folders of theirs are not needed.
    const names = files.map((_, index) => `${String(index).padStart(4, "0")}.sql`);
    for (const [index, { text }] of files.entries()) {
      await writeFile(join(folder, names[index] ?? ""), text);
    }
    const transaction = assumed ? ["--assume-in-transaction"] : [];
    const stdout = await squawk(
      ["--reporter", "json", "--pg-version", `${version}.0`, ...transaction, ...names],
      folder,
    );
    return (JSON.parse(stdout || "[]") as RawFinding[]).map(({ file, line, rule_name }) => ({
      file: files[names.indexOf(file)]?.path ?? file,
      line: line + 1,
      rule: rule_name,
    }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface RawFinding {
  readonly file: string;
  /** 0-based. */
  readonly line: number;
  readonly rule_name: string;
}

/** It ends with 1 when it finds something. */
function squawk(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      BIN,
      [...args],
      { cwd, timeout: DEADLINE_MS, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : error.code;
        if (code === 0 || (code === 1 && stdout.startsWith("["))) resolve(stdout);
        else reject(new Error(`squawk failed: ${stderr || (error?.message ?? "")}`));
      },
    );
  });
}
