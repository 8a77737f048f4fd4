/**
 * One transaction of a file, statement by statement.
 *
 * X1. What the sandbox lacks ends the transaction, because the server says so with an error. It is
 *     begun again without the statement, or with the role that was missing; so each statement is
 *     seen in the transaction in which it runs.
 */
import { serverError } from "../failures/classify.ts";
import { quoteIdent } from "../postgres/identifiers.ts";
import { BatchError } from "../postgres/batch.ts";
import type { PreparedSql, PreparedStatement } from "../runner/prepare.ts";
import { toFailure, errorLocation } from "../runner/statement-failure.ts";
import type { Failure } from "../failures/failure.ts";
import { lackOf, whyUntraced } from "./missing-extension.ts";
import { createRole, type Gaps } from "./replay.ts";
import type { HeldLock, TracedStatement } from "./result.ts";
import { stepRecorder } from "./step-locks.ts";
import { failed, traced, untraced } from "./traced-statement.ts";
import { watchInTransaction, type TraceSessions } from "./trace-session.ts";

export interface StepTrace {
  readonly statements: readonly TracedStatement[];
  readonly held: readonly HeldLock[];
  readonly failure?: Failure;
}

export async function traceTransaction(
  sessions: TraceSessions,
  prepared: PreparedSql,
  unit: readonly PreparedStatement[],
  gaps: Gaps,
): Promise<StepTrace> {
  const skipped = new Map<number, string>();
  for (;;) {
    const attempt = await attemptTransaction(sessions, prepared, unit, skipped);
    if (attempt.error === undefined) return attempt;
    const { error, at } = attempt;
    const again = await settle(error, at, skipped, gaps, sessions);
    if (!again) return ended(attempt, prepared, unit);
  }
}

interface Attempt extends StepTrace {
  readonly error?: unknown;
  /** The statement that failed. */
  readonly at: PreparedStatement;
}

async function attemptTransaction(
  { work }: TraceSessions,
  { directives }: PreparedSql,
  unit: readonly PreparedStatement[],
  skipped: ReadonlyMap<number, string>,
): Promise<Attempt> {
  const recorder = stepRecorder();
  const statements: TracedStatement[] = [];
  let at = unit[0]!;
  try {
    await work.query("begin isolation level read committed read write");
    if (directives.role !== undefined) {
      await work.query(`set local role ${quoteIdent(directives.role)}`);
    }
    for (const statement of unit) {
      at = statement;
      const reason = skipped.get(statement.ordinal);
      if (reason !== undefined) {
        statements.push(untraced(statement, reason));
        continue;
      }
      const { text, copyData, ordinal } = statement;
      const observation = await watchInTransaction(
        work,
        text,
        copyData && (() => work.batch([{ text, copyData }])),
      );
      statements.push(traced(statement, observation, recorder.record(ordinal, observation)));
    }
    // What was deferred until now belongs to the last statement.
    await work.query("commit");
  } catch (thrown) {
    if (work.lost) throw thrown;
    await work.rollback();
    const error = thrown instanceof BatchError ? thrown.cause : thrown;
    return { statements, held: recorder.held(), error, at };
  }
  return { statements, held: recorder.held(), at };
}

/** X1: whether the transaction may be begun again. */
async function settle(
  error: unknown,
  { ordinal }: PreparedStatement,
  skipped: Map<number, string>,
  gaps: Gaps,
  { url }: TraceSessions,
): Promise<boolean> {
  const lack = lackOf(serverError(error), skipped.size > 0 || gaps.leftOut.length > 0);
  if (lack === undefined) return false;
  if (lack.kind === "role") {
    if (gaps.roles.includes(lack.name)) return false;
    await createRole(url, lack.name, gaps);
    return true;
  }
  if (skipped.has(ordinal)) return false;
  if (lack.kind === "extension" && !gaps.extensions.includes(lack.name)) {
    gaps.extensions.push(lack.name);
  }
  skipped.set(ordinal, whyUntraced(lack, gaps.extensions));
  return true;
}

function ended(
  { statements, held, error, at }: Attempt,
  prepared: PreparedSql,
  unit: readonly PreparedStatement[],
): StepTrace {
  const failure = toFailure(error, {
    migration: prepared.migration.id,
    file: prepared.file.path,
    location: errorLocation(prepared, at, error),
    extra: { state: "Only a sandbox was touched; it is gone." },
  });
  // An error of COMMIT comes after the last statement has been seen.
  const before = statements.filter(({ ordinal }) => ordinal !== at.ordinal);
  const rest = unit.slice(unit.indexOf(at) + 1);
  return {
    statements: [
      ...before,
      failed(at, failure),
      ...rest.map((one) => untraced(one, `line ${at.line} failed before it`)),
    ],
    held,
    failure,
  };
}
