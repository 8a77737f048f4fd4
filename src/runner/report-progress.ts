/** What a run says while one long statement of it is under way. */
import { setTimeout as sleep } from "node:timers/promises";
import type { LockedRun } from "./locked-run.ts";
import type { PreparedSql, PreparedStatement } from "./prepare.ts";
import { elapsedMs } from "./run-context.ts";

/** Says every second how far an index build is, or whom the statement waits for. */
export function reportProgress(
  run: LockedRun,
  prepared: PreparedSql,
  statement: PreparedStatement,
): { end(): Promise<void> } {
  const { observer, ctx, pid } = run;
  if (!observer) return { end: () => Promise.resolve() };
  const stop = new AbortController();
  const began = performance.now();
  const base = { migration: prepared.migration.id, ordinal: statement.ordinal };
  let seen: ReadonlySet<number> = new Set();
  const loop = (async () => {
    while (!stop.signal.aborted) {
      await sleep(1000, undefined, { signal: stop.signal });
      const progress = await observer.indexProgress(pid);
      if (progress) ctx.emit({ event: "step-progress", ...base, ...progress });
      const blockers = await observer.waitsFor(pid);
      const before = seen;
      seen = new Set(blockers.map((one) => one.pid));
      if (blockers.length > 0) {
        ctx.emit({
          event: "blocked",
          migration: base.migration,
          attempt: 1,
          elapsedMs: elapsedMs(began),
          budgetMs: ctx.settings.budgetMs,
          blockers,
        });
        // Who is still there at a second look (T4 in attempts.ts).
        const still = blockers.filter((one) => before.has(one.pid));
        await run.blockers?.consider(base.migration, still, { waiting: pid });
      }
    }
  })().catch(() => undefined);
  return {
    async end() {
      stop.abort();
      await loop;
    },
  };
}
