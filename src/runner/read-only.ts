/**
 * The frame of everything that only looks: one session, one read-only transaction, no advisory
 * lock. A database without history is one where nothing is applied.
 *
 * O1. Nothing is written, not even a temporary table: it works on a standby, and for a role that
 *     may only SELECT.
 * O2. What takes its time (parsing, modules) runs under READ COMMITTED: a snapshot held open would
 *     make CREATE INDEX CONCURRENTLY of a runner wait for us.
 */
import type { History } from "../history/read.ts";
import { asFailure } from "./as-failure.ts";
import { loadHistory } from "./migrate.ts";
import { openSession, type OpenSession } from "./open-session.ts";
import type { RunContext } from "./run-context.ts";

export interface Look extends OpenSession {
  readonly history: History;
}

export type Isolation = "repeatable read" | "read committed";

/** Throws Failures only, except for bugs. */
export async function readOnly<T>(
  ctx: RunContext,
  isolation: Isolation,
  look: (look: Look) => Promise<T>,
): Promise<T> {
  let open: OpenSession | undefined;
  const onAbort = (): void => open?.session.destroy(new Error("aborted"));
  ctx.signal.addEventListener("abort", onAbort, { once: true });
  try {
    open = await openSession(ctx);
    const { session, facts } = open;
    await session.batch([
      { text: `begin isolation level ${isolation} read only` },
      { text: localSettings(facts.version), values: [ctx.settings.searchPath ?? facts.searchPath] },
    ]);
    const history = await loadHistory(ctx, session, facts.historyExists);
    const result = await look({ ...open, history });
    await session.query("commit");
    return result;
  } catch (error) {
    throw asFailure(ctx, error);
  } finally {
    ctx.signal.removeEventListener("abort", onAbort);
    await open?.session.close();
  }
}

/**
 * A role's own timeouts are for the application. The only lock that a look can wait for is one on
 * the history itself; somebody who keeps that is named by an error rather than waited for.
 */
function localSettings(version: number): string {
  const settings: [string, string][] = [
    ["statement_timeout", "0"],
    ["lock_timeout", "5000"],
    ["idle_in_transaction_session_timeout", "0"],
    // New in 17; an unknown name would be an error on older servers.
    ...(version >= 170000 ? ([["transaction_timeout", "0"]] as [string, string][]) : []),
    ["TimeZone", "UTC"],
    ["DateStyle", "ISO"],
  ];
  const calls = settings.map(
    ([name, value]) => `pg_catalog.set_config('${name}', '${value}', true)`,
  );
  return `select ${calls.join(", ")}, pg_catalog.set_config('search_path', $1, true)`;
}
