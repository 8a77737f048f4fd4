/**
 * A module: every query that it sends is a statement of the trace. A loop of `db.batch` goes round
 * until its function ends it, as in a run; on the sandbox's tables that is mostly once.
 */
import { serverError } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import { loadModule } from "../migrations/load-module.ts";
import type {
  DriverResult,
  ForeignContext,
  JsonValue,
  MigrationQueries,
  Row,
} from "../migrations/migration.ts";
import type { Session } from "../postgres/session.ts";
import type { PreparedModule } from "../runner/prepare.ts";
import { toFailure } from "../runner/statement-failure.ts";
import { summarise } from "../sql/summarise.ts";
import type { TracedStatement, TracedStep } from "./result.ts";
import { stepRecorder } from "./step-locks.ts";
import { failed, traced } from "./traced-statement.ts";
import { watchInTransaction, type TraceSessions } from "./trace-session.ts";

const MOST_ROUNDS = 20;

export interface ModuleTrace {
  readonly steps: readonly TracedStep[];
  readonly warnings: readonly string[];
  readonly failure?: Failure;
}

export async function traceModule(
  { work }: TraceSessions,
  prepared: PreparedModule,
  signal: AbortSignal,
): Promise<ModuleTrace> {
  const { migration, file } = prepared;
  const steps: TracedStep[] = [];
  const warnings: string[] = [];
  let current = stepOf(work);
  try {
    const module = await loadModule(migration);
    const ownTransactions = module.transaction === false;
    const inTransaction = async (body: (queries: Queries) => unknown): Promise<unknown> => {
      current = stepOf(work);
      await work.query("begin isolation level read committed read write");
      const result = await body(current.queries);
      await work.query("commit");
      steps.push(current.end());
      return result;
    };
    const rest = {
      log: () => undefined,
      signal,
      batch: async (
        cursor: JsonValue,
        fn: (cursor: JsonValue, db: MigrationQueries) => Promise<JsonValue | null>,
      ) => {
        let next: JsonValue | null = cursor;
        for (let round = 0; next !== null; round++) {
          if (round === MOST_ROUNDS) {
            warnings.push(`A loop was left after ${MOST_ROUNDS} rounds.`);
            return;
          }
          const from = next;
          next = (await inTransaction((db) => fn(from, db))) as JsonValue | null;
        }
      },
    };
    const context = (queries: Queries): ForeignContext =>
      ({ ...queries, ...rest }) as ForeignContext;
    if (ownTransactions) await module.up(context(plainQueries(work)));
    else await inTransaction((queries) => module.up(context(queries)));
  } catch (thrown) {
    if (work.lost) throw thrown;
    if (work.transactionStatus !== "I") await work.rollback();
    const failure = toFailure(thrown, {
      migration: migration.id,
      file: file.path,
      ...(!(thrown instanceof Failure) && !serverError(thrown) && { class: "module.invalid" }),
      extra: { state: "Only a sandbox was touched; it is gone." },
    });
    current.fail(failure);
    return { steps: [...steps, current.end()], warnings, failure };
  }
  return { steps, warnings };
}

type Queries = Pick<ForeignContext, "sql" | "query" | "result">;

/** One transaction of the module, and what was seen of it. */
function stepOf(session: Session) {
  const recorder = stepRecorder();
  const statements: TracedStatement[] = [];
  let running: { ordinal: number; line: number; summary: string } | undefined;
  let last: Promise<unknown> = Promise.resolve();
  // One after the other, in the order in which they were asked for, as in a run.
  const result = (text: string, values: readonly unknown[] = []): Promise<DriverResult> => {
    const answer = last.then(async () => {
      running = { ordinal: statements.length + 1, line: 1, summary: summarise(text) };
      let got: DriverResult | undefined;
      const seen = await watchInTransaction(session, text, async () => {
        got = await session.queryTyped(text, values);
      });
      statements.push(traced(running, seen, recorder.record(running.ordinal, seen)));
      running = undefined;
      return got!;
    });
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    queries: queriesBy(result),
    fail(failure: Failure): void {
      if (running) statements.push(failed(running, failure));
    },
    end: (): TracedStep => ({
      transaction: "module",
      statements,
      held: recorder.held(),
      durationMs: statements.reduce((sum, { durationMs }) => sum + durationMs, 0),
    }),
  };
}

/** Outside of `db.batch` a module only reads; nothing of that is held. */
function plainQueries(session: Session): Queries {
  return queriesBy((text, values = []) => session.queryTyped(text, values));
}

function queriesBy(result: ForeignContext["result"]): Queries {
  const query = async <R extends Row = Row>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<R[]> => (await result(text, values)).rows as R[];
  return {
    result,
    query,
    sql: <R extends Row = Row>(text: TemplateStringsArray, ...values: unknown[]) =>
      query<R>(
        text.reduce((joined, part, i) => (i === 0 ? part : `${joined}$${i}${part}`), ""),
        values,
      ),
  };
}
