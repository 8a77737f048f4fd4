/**
 * The baseline file: findings that were there when lint was introduced. They are counted and not
 * reported. `lint --write-baseline` writes it, and it is committed beside the migrations.
 */
import { Failure } from "../../failures/failure.ts";
import type { Finding } from "../finding.ts";
import { fingerprint } from "../fingerprint.ts";
import type { StaleEntry } from "../result.ts";
import { slashed } from "../slashed.ts";

export const BASELINE_FILE = "lockstep.lint-baseline.json";

const VERSION = 1;

export interface BaselineEntry {
  readonly fingerprint: string;
  /** For people; the fingerprint has it too. */
  readonly rule: string;
  readonly file: string;
  readonly count: number;
}

export interface Baseline {
  readonly entries: readonly BaselineEntry[];
}

export interface BaselineResult {
  readonly kept: readonly Finding[];
  /** How many findings the file has. */
  readonly matched: number;
  readonly stale: readonly StaleEntry[];
}

/** Sorted, an entry in each line: two branches that change it seldom conflict. */
export function writeBaseline(findings: readonly Finding[]): string {
  const counted = new Map<string, BaselineEntry>();
  for (const finding of findings) {
    const print = fingerprint(finding);
    const count = (counted.get(print)?.count ?? 0) + 1;
    counted.set(print, {
      fingerprint: print,
      rule: finding.rule,
      file: slashed(finding.file),
      count,
    });
  }
  const lines = [...counted.values()]
    .toSorted((left, right) => compare(sortKey(left), sortKey(right)))
    .map((entry) => `    ${JSON.stringify(entry)}`);
  const list = lines.length === 0 ? "[]" : `[\n${lines.join(",\n")}\n  ]`;
  return `{\n  "version": ${VERSION},\n  "findings": ${list}\n}\n`;
}

export function readBaseline(text: string, file: string): Baseline {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw broken(file, `it is not JSON: ${error instanceof Error ? error.message : "?"}`, error);
  }
  const { version, findings } = (value ?? {}) as { version?: unknown; findings?: unknown };
  if (typeof version === "number" && version > VERSION) {
    throw new Failure({
      class: "config.invalid",
      what: `The baseline ${file} has version ${version}; this Lockstep knows ${VERSION}.`,
      action:
        "Use the version of Lockstep that wrote it, or write it anew with `--write-baseline`.",
    });
  }
  if (version !== VERSION) throw broken(file, `\`version\` must be ${VERSION}`);
  if (!Array.isArray(findings)) throw broken(file, "`findings` must be a list");
  return {
    entries: findings.map((entry: unknown, index) => {
      if (!isEntry(entry)) {
        throw broken(
          file,
          `\`findings.${index}\` must have \`fingerprint\`, \`rule\` and \`file\` as strings, and \`count\` as a whole number above 0`,
        );
      }
      return entry;
    }),
  };
}

/**
 * An entry is stale when its file was looked at and has fewer such findings; about files that were
 * not looked at nothing is said.
 */
export function applyBaseline(
  { entries }: Baseline,
  findings: readonly Finding[],
  lookedAt: (file: string) => boolean,
): BaselineResult {
  const left = new Map<string, number>();
  for (const entry of entries) {
    left.set(entry.fingerprint, (left.get(entry.fingerprint) ?? 0) + entry.count);
  }
  const kept = findings.filter((finding) => {
    const print = fingerprint(finding);
    const number = left.get(print) ?? 0;
    if (number === 0) return true;
    left.set(print, number - 1);
    return false;
  });
  const stale = entries.flatMap(({ fingerprint: print, rule, file }) => {
    const missing = left.get(print) ?? 0;
    // A fingerprint that was written twice is said once.
    left.delete(print);
    return missing > 0 && lookedAt(file) ? [{ rule, file, missing }] : [];
  });
  return { kept, matched: findings.length - kept.length, stale };
}

function isEntry(value: unknown): value is BaselineEntry {
  const { fingerprint: print, rule, file, count } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof print === "string" &&
    typeof rule === "string" &&
    typeof file === "string" &&
    Number.isInteger(count) &&
    (count as number) > 0
  );
}

function broken(file: string, why: string, cause?: unknown): Failure {
  return new Failure({
    class: "config.invalid",
    what: `The baseline ${file} cannot be used: ${why}.`,
    action: "Restore the file, or write it anew with `lockstep lint --write-baseline`.",
    ...(cause !== undefined && { cause }),
  });
}

function sortKey({ file, rule, fingerprint: print }: BaselineEntry): string {
  return [file, rule, print].join("\n");
}

/** The same on every machine, whatever its language. */
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
