/** What the demo shows at its end, read from the database and from what the runs said. */
import type { Client } from "pg";
import type { Runner } from "./runner.ts";
import { facts, heading, say } from "./stage.ts";

export interface Felt {
  readonly queries: number;
  readonly slowestMs: number;
  readonly errors: readonly string[];
}

/** Prints it, and returns the exit code: 1 when something is not as it has to be. */
export async function report(
  admin: Client,
  runners: readonly Runner[],
  felt: Felt,
): Promise<number> {
  heading("What was applied, and when");
  const { rows } = await admin.query<{
    id: string;
    at: string;
    run_id: string;
  }>(
    `select case when version is null then 'R__' || name else lpad(version::text, 4, '0') || '_' || name end as id,
            to_char(applied_at, 'HH24:MI:SS.MS') as at, run_id
     from lockstep.migrations order by seq`,
  );
  for (const row of rows) {
    const by = runners.find(({ events }) => events[0]?.runId === row.run_id)?.name ?? "first";
    say(`  ${row.at}  ${row.id.padEnd(36)} by ${by}`);
  }

  const [state] = (
    await admin.query<{ twice: string; invalid: string; open: string }>(
      `select (select count(*) - count(distinct (version, name)) from lockstep.migrations) as twice,
              (select count(*) from pg_index where not indisvalid) as invalid,
              (select count(*) from lockstep.journal) as open`,
    )
  ).rows;
  const locks = runners
    .flatMap(({ name, find }) => ({ name, at: find("lock-acquired")?.at }))
    .filter(({ at }) => at !== undefined)
    .toSorted((left, right) => left.at!.localeCompare(right.at!))
    .map(({ name }) => name);
  const waited = runners
    .filter((runner) => runner.find("waiting-for-lock") && !locks.slice(0, 1).includes(runner.name))
    .map(({ name }) => name);
  const finished = runners.flatMap((runner) => runner.find("run-finished") ?? []);
  const longest = Math.max(0, ...finished.map(({ longestWaitMs }) => longestWaitMs));

  heading("The result");
  facts([
    ["had the lock", locks.join(", then ")],
    ["waited for it", waited.join(" and ")],
    ["migrations applied", String(rows.length)],
    ["applied twice", state?.twice ?? "?"],
    ["invalid indexes", state?.invalid ?? "?"],
    ["steps left open", state?.open ?? "?"],
    ["queries of the shop", `${felt.queries}, failed: ${felt.errors.length}`],
    ["its slowest query", `${felt.slowestMs.toFixed(0)} ms, whatever it waited for`],
    ["longest wait we caused", `${longest} ms, as the runs saw it (the cap is 80 ms)`],
  ]);
  say();
  for (const error of new Set(felt.errors)) say(`  shop: ${error}`);
  const right =
    felt.errors.length === 0 &&
    rows.length === 12 &&
    state?.twice === "0" &&
    state.invalid === "0" &&
    state.open === "0";
  if (!right) say("Something is not as it has to be.");
  return right ? 0 : 1;
}
