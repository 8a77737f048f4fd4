/** The gate as functions: wait once, look once, or answer probes. */
import { ANSWER_MS, createReadiness, type Asking, type Readiness } from "../gate/readiness.ts";
import type { GateRules, GateState } from "../gate/state.ts";
import { gate as wait } from "../gate/wait.ts";
import { Session, type TextRow } from "../postgres/session.ts";
import { TOOL_VERSION } from "../version.ts";
import { isPool, targetOf, type Connection } from "./connection.ts";
import { runnerOptions, sourceOf, type CommonOptions } from "./options.ts";

type LookOptions = Pick<
  CommonOptions,
  "dir" | "format" | "migrations" | "cwd" | "placeholders" | "historySchema" | "historyPrefix"
> &
  GateRules;

export interface GateOptions extends LookOptions {
  /** By default libpq's PG* environment variables. */
  readonly connection?: Connection | undefined;
  /** How long to wait, in milliseconds; 0 looks once. Default ten minutes. */
  readonly timeoutMs?: number;
  readonly onState?: (state: GateState) => void;
  readonly signal?: AbortSignal;
}

export interface ReadinessOptions extends LookOptions {
  /** How long an answer holds while the database is not ready, in milliseconds; at least 1000. */
  readonly notReadyMs?: number;
  /** The same once it is ready; default 5000. */
  readonly readyMs?: number;
  /** How long an instance stays ready while the database gives no answer; default 60000. */
  readonly graceMs?: number;
}

/** Resolves when this build may start; rejects with a `Failure` of class gate.timeout or gate.too_old. */
export async function gate(options: GateOptions = {}): Promise<GateState> {
  const { timeoutMs = 600_000, onState, require, maxAhead, requireContract, ...common } = options;
  return wait({
    ...(await runnerOptions(common)),
    timeoutMs,
    rules: rulesOf({ require, maxAhead, requireContract }),
    ...(onState && { onState }),
  });
}

/** One look: is everything that this build ships applied, and nothing of it half done? */
export async function ready(
  connection?: Connection,
  options: LookOptions = {},
): Promise<GateState> {
  const readiness = createSchemaReadiness(connection, options);
  try {
    return await readiness.check();
  } finally {
    await readiness.close();
  }
}

/**
 * For readiness probes: `check()` and an HTTP `handler` that answer out of memory. Through a pool of
 * `pg` it borrows a connection for a moment, at most once a second; otherwise it keeps one of its own.
 */
export function createSchemaReadiness(
  connection?: Connection,
  options: ReadinessOptions = {},
): Readiness {
  const { historySchema = "lockstep", historyPrefix = "", notReadyMs, readyMs, graceMs } = options;
  return createReadiness(() => open(connection), {
    source: sourceOf(options),
    historySchema,
    historyPrefix,
    rules: rulesOf(options),
    ...(notReadyMs !== undefined && { notReadyMs }),
    ...(readyMs !== undefined && { readyMs }),
    ...(graceMs !== undefined && { graceMs }),
  });
}

type Given = { readonly [K in keyof GateRules]?: GateRules[K] | undefined };

function rulesOf({ require, maxAhead, requireContract }: Given): GateRules {
  return {
    ...(require !== undefined && { require }),
    ...(maxAhead !== undefined && { maxAhead }),
    ...(requireContract !== undefined && { requireContract }),
  };
}

/** The part of a pool that is asked. */
interface QueryablePool {
  query(config: {
    readonly text: string;
    readonly values?: unknown[];
    readonly types: unknown;
    /** Of `pg`: after it the pool throws this connection away. */
    readonly query_timeout: number;
  }): Promise<{ readonly rows: TextRow[] }>;
}

const TEXT_ONLY = { getTypeParser: () => (value: string) => value };

async function open(connection: Connection | undefined): Promise<Asking> {
  if (isPool<QueryablePool>(connection)) {
    return {
      query: async (text, values = []) =>
        (
          await connection.query({
            text,
            values: [...values],
            types: TEXT_ONLY,
            query_timeout: ANSWER_MS,
          })
        ).rows,
      async close() {},
    };
  }
  const session = await Session.open(await targetOf(connection), {
    applicationName: `lockstep ready ${TOOL_VERSION}`,
  });
  return {
    query: (text, values) => session.query(text, values),
    close: () => session.close(),
  };
}
