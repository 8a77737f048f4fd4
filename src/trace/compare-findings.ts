/**
 * What lint has said of a file, held against what the trace has seen. Pure.
 *
 * V1. Only what is about locks and long work can be seen; other findings are not marked at all.
 * V2. Confirmed is what was seen on an existing table under a lock that blocks its writers. A
 *     statement that was not traced refutes nothing.
 */
import type { Finding } from "../lint/finding.ts";
import { blocksWrites } from "../locks/lock-mode.ts";
import type {
  MarkedFinding,
  TracedStatement,
  TracedStep,
  TracedWork,
  Unforeseen,
  Verdict,
} from "./result.ts";

export interface Comparison {
  readonly findings: readonly MarkedFinding[];
  readonly onlyByTrace: readonly Unforeseen[];
}

/** `findings` of other files are left out. */
export function compareFindings(
  file: string,
  steps: readonly TracedStep[],
  findings: readonly Finding[],
): Comparison {
  const own = findings.filter(
    (finding) => finding.file === file && (finding.kind === "lock" || finding.longWork !== null),
  );
  const statements = steps.flatMap((step) => step.statements);
  const seen = steps.flatMap(withHeld);
  return {
    findings: own.map((finding) => marked(finding, verdictOf(finding, seen))),
    onlyByTrace: statements.flatMap((statement) =>
      harmful(statement.work)
        .filter((work) => !isPartOfRewrite(work, statement))
        .filter((work) => !own.some((finding) => speaksOf(finding, statement, work)))
        .map(({ kind, relation, mode }) => ({
          statement: statement.ordinal,
          line: statement.line,
          kind,
          relation,
          mode: mode!,
        })),
    ),
  };
}

interface Seen {
  readonly statement: TracedStatement;
  /** Its own locks, and those that its transaction held before it. */
  readonly locks: readonly TracedStatement["locks"][number][];
}

function withHeld({ statements }: TracedStep): Seen[] {
  return statements.map((statement, at) => ({
    statement,
    locks: statements.slice(0, at + 1).flatMap(({ locks }) => locks),
  }));
}

function verdictOf(finding: Finding, seen: readonly Seen[]): Verdict {
  // A finding about the file is about any of its statements.
  const about = seen.filter(
    ({ statement }) => finding.statement === 0 || statement.ordinal === finding.statement,
  );
  if (about.some((one) => isSeen(finding, one))) return "confirmed";
  const traced = about.length > 0 && about.every(({ statement }) => statement.outcome === "traced");
  return traced ? "refuted" : "untraced";
}

function isSeen(finding: Finding, { statement: { work }, locks }: Seen): boolean {
  const isAbout = (relation: string): boolean =>
    finding.relation === undefined || sameName(finding.relation, relation);
  if (finding.longWork !== null) {
    return harmful(work).some(
      ({ kind, relation }) => kind === finding.longWork && isAbout(relation),
    );
  }
  return locks.some((lock) => !lock.isNew && lock.blocksWrites && isAbout(lock.relation));
}

/** A table of a partitioned one is not named by a finding that names the parent. */
function speaksOf(finding: Finding, statement: TracedStatement, work: TracedWork): boolean {
  const here = finding.statement === 0 || finding.statement === statement.ordinal;
  if (!here || finding.longWork !== work.kind) return false;
  if (finding.relation === undefined || sameName(finding.relation, work.relation)) return true;
  return statement.locks.some(
    (lock) => lock.kind === "partitioned table" && sameName(finding.relation!, lock.relation),
  );
}

/** Whoever rewrites a table builds its indexes anew, and nobody has to be told both. */
function isPartOfRewrite({ kind, relation }: TracedWork, { work }: TracedStatement): boolean {
  if (kind !== "index-build") return false;
  return work.some((other) => other.kind === "rewrite" && other.relation === relation);
}

function harmful(work: readonly TracedWork[]): readonly TracedWork[] {
  return work.filter(({ isNew, mode }) => !isNew && mode !== null && blocksWrites(mode));
}

function marked(finding: Finding, verdict: Verdict): MarkedFinding {
  const { rule, severity, line, statement, message, longWork, relation } = finding;
  return {
    rule,
    severity,
    line,
    statement,
    message,
    longWork,
    verdict,
    ...(relation !== undefined && { relation }),
  };
}

/** A name without its schema means the one of the search path, which is then not shown either. */
function sameName(one: string, other: string): boolean {
  const [left, right] = [one, other].map((name) =>
    name.replaceAll('"', "").replace(/^public\./, ""),
  );
  return left === right;
}
