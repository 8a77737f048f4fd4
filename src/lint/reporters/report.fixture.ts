/** Findings for the tests of reporters: names and texts that every format has to write with care. */
import { createPaint } from "../../cli/output/paint.ts";
import type { Finding } from "../finding.ts";
import type { LintResult, ReportContext, RuleInfo } from "../result.ts";

export const FILE = "migrations/2_données #1.sql";

export const SOURCE = [
  "-- les données 😀",
  'create index "naïve😀" on "été" (id);',
  "",
  "drop table a, b;",
  "",
].join("\n");

const RULES: readonly RuleInfo[] = [
  {
    id: "index-not-concurrent",
    kind: "lock",
    severity: "error",
    summary: "An index is built while writes are blocked",
    why: "`CREATE INDEX` takes SHARE on the table, so that writes wait until the index is built.",
    instead: "Build it with `CONCURRENTLY`, in a file of its own.",
  },
  {
    id: "drop-table",
    kind: "data-loss",
    severity: "warning",
    summary: "A table is dropped",
    why: "The rows are gone.",
    instead: "Rename the table first, and drop it a release later.",
  },
];

export function finding(over: Partial<Finding> = {}): Finding {
  return {
    rule: "index-not-concurrent",
    kind: "lock",
    severity: "error",
    longWork: "index-build",
    file: FILE,
    line: 2,
    column: 1,
    endLine: 2,
    endColumn: 37,
    message: "Writes to `été` wait until the index is built.",
    fix: null,
    statement: 1,
    excerpt: 'create index "naïve😀" on "été" (id)',
    relation: "été",
    ...over,
  };
}

const at = Buffer.byteLength("-- les données 😀\ncreate index");

export const FINDINGS: readonly Finding[] = [
  finding({
    fix: {
      title: "Build the index CONCURRENTLY",
      edits: [{ start: at, end: at, text: " concurrently" }],
    },
  }),
  {
    rule: "drop-table",
    kind: "data-loss",
    severity: "warning",
    longWork: null,
    file: FILE,
    line: 4,
    column: 1,
    endLine: 4,
    endColumn: 16,
    message: "The rows of `a|b` & <b> are gone: 100%.\nAsk @team.",
    fix: { title: "Split the file", edits: [], recipe: "drop-in-two-steps" },
    statement: 2,
    excerpt: "drop table a, b",
  },
  finding({
    rule: "unknown-to-all",
    severity: "info",
    kind: "style",
    longWork: null,
    file: "b.sql",
    line: 1,
    endLine: 3,
    message: "It has several lines.",
    excerpt: "select\n1",
  }),
];

export function result(over: Partial<LintResult> = {}): LintResult {
  return {
    findings: FINDINGS,
    files: 12,
    statements: 40,
    suppressed: 1,
    baseline: 0,
    stale: [],
    version: 18,
    runner: "lockstep",
    opaque: [],
    overBudget: [],
    ...over,
  };
}

export function context(over: Partial<ReportContext> = {}): ReportContext {
  return {
    rules: (id) => RULES.find((rule) => rule.id === id),
    source: (file) => (file === FILE ? SOURCE : undefined),
    toolVersion: "1.2.3",
    paint: createPaint(false),
    width: 80,
    ...over,
  };
}
