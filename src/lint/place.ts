/** From what a rule says to a finding with lines and columns. */
import type { Failure } from "../failures/failure.ts";
import { nextToken } from "../sql/lexer.ts";
import { createLocator } from "../sql/locate.ts";
import type { Statement } from "../sql/statement.ts";
import type { FileContext } from "./context.ts";
import type { Finding } from "./finding.ts";
import type { Report, Rule } from "./rule.ts";

interface Range {
  readonly start: number;
  readonly end: number;
}

export function findingOf(
  rule: Rule,
  report: Report,
  { path, parsed }: FileContext,
  statement: Statement | undefined,
): Finding {
  const { start, end } = rangeOf(report.at, parsed, statement);
  const from = parsed.locate(start);
  const to = parsed.locate(Math.max(start, end));
  return {
    rule: rule.id,
    kind: rule.kind,
    severity: report.severity ?? rule.severity,
    longWork: report.longWork ?? null,
    file: path,
    line: from.line,
    column: from.column,
    endLine: to.line,
    endColumn: to.column,
    message: report.message,
    fix: report.fix ?? null,
    statement: statement?.ordinal ?? 0,
    excerpt: statement?.text ?? "",
    ...(report.relation !== undefined && { relation: report.relation }),
  };
}

function rangeOf(
  at: Report["at"],
  { bytes, nodeOffset }: FileContext["parsed"],
  statement: Statement | undefined,
): Range {
  if (typeof at === "object") return at;
  if (at !== undefined && at >= 0) {
    const start = nodeOffset(at);
    // A node of another text (a function's body) has no place of its own here.
    if (statement === undefined || (start >= statement.start && start < statement.end)) {
      return { start, end: endOfToken(bytes, start) };
    }
  }
  return statement === undefined
    ? { start: 0, end: 0 }
    : { start: statement.start, end: statement.end };
}

/** Where the token ends that begins at an offset. */
export function endOfToken(bytes: Buffer, start: number): number {
  return nextToken(bytes, start, bytes.length)?.end ?? start;
}

/** A file, or a part of it, that the parser or the runner refuses. */
export function unreadable(
  path: string,
  bytes: Buffer,
  why: Failure | string,
  at?: Range,
): Finding {
  const known = typeof why === "string" ? undefined : why;
  const locate = createLocator(bytes);
  const from = known?.location ?? locate(at?.start ?? 0);
  const to = at === undefined ? from : locate(at.end);
  const rule = ruleOf(known?.class);
  return {
    rule,
    kind: rule === "syntax-error" ? "bug" : "re-run",
    severity: "error",
    longWork: null,
    file: path,
    line: from.line ?? 1,
    column: from.column ?? 1,
    endLine: to.line ?? from.line ?? 1,
    endColumn: to.column ?? from.column ?? 1,
    message: known === undefined ? `The parser cannot read this: ${String(why)}.` : sentence(known),
    fix: null,
    statement: 0,
    excerpt: "",
  };
}

/** Refusals of the runner that have a rule of their own. */
const RULE_OF_CLASS: Readonly<Record<string, string>> = {
  "file.mixed": "concurrently-in-transaction",
  "ddl.enum_same_transaction": "enum-value-used-in-same-transaction",
};

function ruleOf(failureClass: string | undefined): string {
  if (failureClass === undefined || failureClass === "syntax") return "syntax-error";
  return RULE_OF_CLASS[failureClass] ?? "refused-by-runner";
}

function sentence({ what, action }: Failure): string {
  return action === undefined ? what : `${what} ${action}`;
}
