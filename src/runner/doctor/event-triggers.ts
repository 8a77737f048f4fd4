/** Event triggers run with every DDL statement of a migration: they may refuse it or slow it down. */
import { ok, type Check } from "./check.ts";
import { count, listed } from "./wording.ts";

const ENABLED = `
  select e.evtname as name, e.evtevent as event,
         n.nspname || '.' || p.proname as function
  from pg_catalog.pg_event_trigger e
  join pg_catalog.pg_proc p on p.oid = e.evtfoid
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where e.evtenabled <> 'D'
    and e.evtevent in ('ddl_command_start', 'ddl_command_end', 'sql_drop', 'table_rewrite')
  order by 1`;

export const eventTriggers: Check = {
  id: "event-triggers",
  title: "Event triggers",
  async look({ session }) {
    const rows = await session.query(ENABLED);
    if (rows.length === 0) return ok("No event trigger runs with DDL.");
    const names = rows.map(
      (row) => `\`${row["name"]}\` (${row["event"]}, \`${row["function"]}()\`)`,
    );
    return {
      status: "info",
      message: `${count(rows.length, "event trigger")} with DDL: ${listed(names)}.`,
      action: "Know what they do: an error in one of them fails the migration.",
    };
  },
};
