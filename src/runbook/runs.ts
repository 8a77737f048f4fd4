/** `lockstep runs`: which runs there were, and what became of them. Writes nothing. */
import { readRuns, type RunFilter, type RunRow } from "../history/runs.ts";
import { idOfRow } from "../history/read.ts";
import { lockHolder } from "../postgres/advisory-lock.ts";
import type { RunnerOptions } from "../runner/options.ts";
import { readOnly, type Look } from "../runner/read-only.ts";
import { createContext, type RunContext } from "../runner/run-context.ts";
import { parseSessionName } from "../runner/session-names.ts";

export interface ListedRun extends Omit<RunRow, "migrations"> {
  /** Ids, in the order of their application. */
  readonly applied: readonly string[];
  /** It says that it runs, and nobody holds the lock: it was killed, or the server was. */
  readonly killed: boolean;
}

export interface RunsResult {
  readonly database: string;
  readonly runs: readonly ListedRun[];
}

export async function listRuns(options: RunnerOptions, filter: RunFilter): Promise<RunsResult> {
  const ctx = createContext("runs", options);
  return readOnly(ctx, "repeatable read", async (look) => ({
    database: look.facts.database,
    runs: look.history.exists ? await listed(ctx, look, filter) : [],
  }));
}

export async function listed(
  ctx: RunContext,
  { session }: Look,
  filter: RunFilter,
): Promise<ListedRun[]> {
  const rows = await readRuns(session, ctx.names, filter);
  const [held] = await session.query(lockHolder(ctx.lock));
  const holder = parseSessionName(held?.["application_name"] ?? "")?.run;
  return rows.map(({ migrations, ...row }) => ({
    ...row,
    applied: migrations.map(idOfRow),
    killed: row.outcome === "running" && !isAtWork(row.id, held !== undefined, holder),
  }));
}

/** A holder whose name cannot be read may be any run. */
function isAtWork(id: string, lockHeld: boolean, holder: string | undefined): boolean {
  return lockHeld && (holder === undefined || id.startsWith(holder));
}
