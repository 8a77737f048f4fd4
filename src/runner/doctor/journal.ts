/** Steps that a run began and nobody finished. Next to a running runner they are its own. */
import { lockHolder } from "../../postgres/advisory-lock.ts";
import { ok, type Check } from "./check.ts";
import { count, listed } from "./wording.ts";

export const journal: Check = {
  id: "journal",
  title: "Unfinished steps",
  async look({ session, facts, run }) {
    if (!facts.historyExists) return ok("No step is unfinished.");
    const rows = await session.query(`
      select j.migration, pg_catalog.min(j.ordinal) filter (where j.state = 'started') as ordinal
      from ${run.names.journal} j
      group by j.migration
      order by j.migration`);
    if (rows.length === 0) return ok("No step is unfinished.");
    const names = rows.map((row) =>
      row["ordinal"] == null
        ? `\`${row["migration"]}\``
        : `\`${row["migration"]}\` (step ${Number(row["ordinal"]) + 1})`,
    );
    const [holder] = await session.query(lockHolder(run.lock));
    if (holder !== undefined) {
      return { status: "info", message: `In progress by another runner: ${listed(names)}.` };
    }
    return {
      status: "warn",
      message: `${count(rows.length, "migration")} stopped on the way: ${listed(names)}.`,
      action: "Run `lockstep up`: it looks what the step left and goes on from there.",
    };
  },
};
