/**
 * One statement that cannot run in a transaction, as the runner runs it: CREATE INDEX CONCURRENTLY
 * on a partitioned table, for one, is a sequence of statements. What it locks is seen while it waits
 * for the first lock; what it would take after that is known from the measured facts.
 */
import { serverError } from "../failures/classify.ts";
import { BatchError } from "../postgres/batch.ts";
import { quoteIdent } from "../postgres/identifiers.ts";
import type { Tools } from "../runner/kinds/kind.ts";
import { kindOf } from "../runner/kinds/registry.ts";
import type { PreparedSql, PreparedStatement } from "../runner/prepare.ts";
import { errorLocation, toFailure } from "../runner/statement-failure.ts";
import { lackOf, whyUntraced } from "./missing-extension.ts";
import type { Observation } from "./observe.ts";
import type { Gaps } from "./replay.ts";
import type { TracedStatement } from "./result.ts";
import { stepRecorder, type Recorded } from "./step-locks.ts";
import { failed, traced, untraced } from "./traced-statement.ts";
import { watchAlone, watchInTransaction, type TraceSessions } from "./trace-session.ts";
import type { StepTrace } from "./trace-transaction.ts";

export async function traceAlone(
  sessions: TraceSessions,
  prepared: PreparedSql,
  statement: PreparedStatement,
  gaps: Gaps,
): Promise<StepTrace> {
  const { work } = sessions;
  const { ordinal } = statement;
  const recorder = stepRecorder();
  const parts: { observation: Partial<Observation>; recorded: Recorded }[] = [];
  const keep = (observation: Observation): void => {
    parts.push({ observation, recorded: recorder.record(ordinal, observation) });
  };
  const kind = kindOf(statement);
  try {
    await becomeRole(sessions, prepared);
    // Without need outside of a transaction: what it does in one is the same, and is seen whole.
    if (statement.nonTransactional === undefined) {
      await briefly(sessions, [statement.text], keep, statement);
    } else {
      const tools: Tools = {
        briefly: (texts) => briefly(sessions, texts, keep),
        alone: async (text) => {
          const result = await watchAlone(sessions, text);
          if (result.seen) keep(result.seen);
          else parts.push(unseen(result.durationMs));
        },
      };
      const detail: unknown = await kind.before(work, statement);
      if (kind.apply) await kind.apply(work, statement, detail, tools);
      else await tools.alone(statement.text);
    }
  } catch (thrown) {
    if (work.lost) throw thrown;
    if (work.transactionStatus !== "I") await work.rollback();
    const error = thrown instanceof BatchError ? thrown.cause : thrown;
    const lack = lackOf(serverError(error), gaps.leftOut.length > 0);
    if (lack !== undefined && lack.kind !== "role") {
      const reason = whyUntraced(lack, gaps.extensions);
      return { statements: [untraced(statement, reason)], held: [] };
    }
    const failure = toFailure(error, {
      migration: prepared.migration.id,
      file: prepared.file.path,
      location: errorLocation(prepared, statement, error),
      extra: { state: "Only a sandbox was touched; it is gone." },
    });
    return { statements: [failed(statement, failure)], held: recorder.held(), failure };
  }
  if (statement.nonTransactional !== undefined) {
    const locks = recorder.recordMeasured(ordinal, statement.locks);
    parts.push({ observation: {}, recorded: { locks, work: [] } });
  }
  return { statements: [together(statement, parts)], held: recorder.held() };
}

async function becomeRole({ work }: TraceSessions, { directives }: PreparedSql): Promise<void> {
  if (directives.role !== undefined) await work.query(`set role ${quoteIdent(directives.role)}`);
}

async function briefly(
  { work }: TraceSessions,
  texts: readonly string[],
  keep: (observation: Observation) => void,
  statement?: PreparedStatement,
): Promise<void> {
  const copyData = statement?.copyData;
  await work.query("begin");
  for (const text of texts) {
    const execute = copyData && (() => work.batch([{ text, copyData }]));
    keep(await watchInTransaction(work, text, execute));
  }
  await work.query("commit");
}

function unseen(durationMs: number) {
  return { observation: { durationMs }, recorded: { locks: [], work: [] } };
}

function together(
  statement: PreparedStatement,
  parts: readonly { observation: Partial<Observation>; recorded: Recorded }[],
): TracedStatement {
  const seen = parts.map(({ observation }) => observation);
  const changed = (key: keyof Observation["changed"]): string[] => [
    ...new Set(seen.flatMap((one) => one.changed?.[key] ?? [])),
  ];
  const all = {
    proofs: seen.flatMap(({ proofs }) => proofs ?? []),
    durationMs: seen.reduce((sum, one) => sum + (one.durationMs ?? 0), 0),
    changed: {
      created: changed("created"),
      dropped: changed("dropped"),
      altered: changed("altered"),
    },
  };
  return traced(statement, all, {
    locks: parts.flatMap(({ recorded }) => recorded.locks),
    work: parts.flatMap(({ recorded }) => recorded.work),
  });
}
