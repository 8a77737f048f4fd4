/** Test support: a text, findings named by statement, and what the comments in it leave of them. */
import { parseText } from "../../sql/test-parse.ts";
import type { Finding } from "../finding.ts";
import { foreignRulesOf } from "./foreign-comments.ts";
import { suppress, type SuppressInput } from "./suppress.ts";

export const RULE_IDS: ReadonlySet<string> = new Set([
  "index-not-concurrent",
  "drop-table",
  "file-rule",
]);

const FOREIGN = foreignRulesOf([
  {
    id: "index-not-concurrent",
    otherIds: { squawk: ["require-concurrent-index-creation"], atlas: ["PG101"] },
  },
  { id: "drop-table", otherIds: { squawk: ["ban-drop-table"], atlas: ["DS102"] } },
  { id: "file-rule" },
]);

export interface Outcome {
  /** `rule@statement`. */
  readonly kept: readonly string[];
  readonly suppressed: readonly string[];
  /** `rule line:column message`. */
  readonly extra: readonly string[];
  readonly findings: readonly Finding[];
}

/** Every statement has a finding of each of `rules`; the file has one of `file-rule`. */
export async function suppressed(
  text: string,
  rules: readonly string[] = ["index-not-concurrent", "drop-table"],
  over: Partial<SuppressInput> = {},
): Promise<Outcome> {
  const bytes = Buffer.from(text, "utf8");
  const parsed = await parseText(bytes);
  const findings = parsed.statements.flatMap((statement) => {
    const end = parsed.locate(statement.end);
    return rules.map((rule) => ({
      ...blank(rule),
      line: statement.line,
      column: statement.column,
      endLine: end.line,
      endColumn: end.column,
      statement: statement.ordinal,
      excerpt: statement.text,
    }));
  });
  const outcome = suppress({
    file: "1_a.sql",
    bytes,
    statements: parsed.statements,
    findings: [...findings, blank("file-rule")],
    ruleIds: RULE_IDS,
    today: "2026-06-15",
    foreignRules: FOREIGN,
    ...over,
  });
  const named = (list: readonly Finding[]): string[] =>
    list.map(({ rule, statement }) => `${rule}@${statement}`);
  return {
    kept: named(outcome.kept),
    suppressed: named(outcome.suppressed),
    extra: outcome.extra.map(
      ({ rule, line, column, message }) => `${rule} ${line}:${column} ${message}`,
    ),
    findings: outcome.extra,
  };
}

function blank(rule: string): Finding {
  return {
    rule,
    kind: "lock",
    severity: "error",
    longWork: null,
    file: "1_a.sql",
    line: 1,
    column: 1,
    endLine: 1,
    endColumn: 1,
    message: "It waits.",
    fix: null,
    statement: 0,
    excerpt: "",
  };
}
