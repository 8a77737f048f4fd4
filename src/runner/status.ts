/** `lockstep status`: what is applied, what is pending, what is wrong. Writes nothing (read-only.ts). */
import { idOfRow } from "../history/read.ts";
import { readApplied, readLastRun, type AppliedDetail } from "../history/details.ts";
import type { Migration, Version } from "../migrations/migration.ts";
import { phaseOf } from "../migrations/phase.ts";
import { lockHolder } from "../postgres/advisory-lock.ts";
import { versionName } from "../postgres/server-facts.ts";
import { journalProblems } from "./journal-problems.ts";
import type { RunnerOptions } from "./options.ts";
import { readOnly, type Look } from "./read-only.ts";
import { policyOf, reconcile, type CompareVersions } from "./reconcile.ts";
import type { AppliedRow, LastRun, StatusResult } from "./results.ts";
import { createContext, type RunContext } from "./run-context.ts";
import { windowReport } from "./window-text.ts";

export async function status(options: RunnerOptions): Promise<StatusResult> {
  const ctx = createContext("status", options);
  const set = await options.source();
  const { migrations } = set;
  return readOnly(ctx, "repeatable read", async (look) => {
    const { session, facts, history } = look;
    const { pending, changed, problems, current, compare } = reconcile(
      migrations,
      history,
      policyOf(ctx.settings, set),
    );
    const applied = history.exists ? await readApplied(session, ctx.names) : [];
    const lastRun = history.exists ? await readLastRun(session, ctx.names) : null;
    const running = await holder(ctx, look, lastRun);
    return {
      database: facts.database,
      server: versionName(facts.version),
      connection: facts.proxied ? "pooled" : "direct",
      historySchema: ctx.settings.historySchema,
      historyExists: history.exists,
      current,
      applied: withIds(applied.toSorted(byVersion(compare)), migrations),
      pending: pending.map((migration) => {
        const { phase } = phaseOf(migration);
        return {
          id: migration.id,
          file: migration.up.path,
          kind: migration.kind,
          changed: changed.has(migration),
          ...(phase !== undefined && { phase }),
        };
      }),
      problems: [...problems, ...journalProblems(history, { lockHeld: running !== null })],
      lastRun,
      running,
      window: windowReport(ctx.settings.care, Date.now()) ?? null,
    };
  });
}

/** Versions first; repeatables behind them stay in the order in which they were applied. */
function byVersion(compare: CompareVersions) {
  return ({ version: left }: AppliedDetail, { version: right }: AppliedDetail): number => {
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return compare(left as Version, right as Version);
  };
}

/** The id is the file's, where there is one: the history has versions as numbers, without zeros. */
function withIds(
  rows: readonly AppliedDetail[],
  migrations: readonly Migration[],
): readonly AppliedRow[] {
  const ids = new Map<string | undefined, string>();
  for (const { version, id } of migrations) if (version !== undefined) ids.set(version, id);
  return rows.map((row) => ({
    id: (row.version === null ? undefined : ids.get(row.version)) ?? idOfRow(row),
    ...row,
  }));
}

/** Who holds the run lock now. A role without pg_read_all_stats does not see since when. */
async function holder(
  ctx: RunContext,
  { session }: Look,
  lastRun: LastRun | null,
): Promise<StatusResult["running"]> {
  const [row] = await session.query(lockHolder(ctx.lock));
  if (row === undefined) return null;
  const begun = row["backend_start"];
  const openRun = lastRun?.outcome === "running" ? lastRun.startedAt : undefined;
  return {
    pid: Number(row["pid"]),
    application: row["application_name"] ?? "unknown",
    since: begun ? new Date(begun).toISOString() : (openRun ?? new Date().toISOString()),
  };
}
