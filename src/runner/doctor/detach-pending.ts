/** A DETACH PARTITION CONCURRENTLY that was interrupted refuses every further DETACH on its table. */
import { qualified } from "../../postgres/identifiers.ts";
import { ok, type Check } from "./check.ts";
import { listed, statements } from "./wording.ts";

const PENDING = `
  select pn.nspname as parent_schema, p.relname as parent, cn.nspname as schema, c.relname as name
  from pg_catalog.pg_inherits h
  join pg_catalog.pg_class p on p.oid = h.inhparent
  join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
  join pg_catalog.pg_class c on c.oid = h.inhrelid
  join pg_catalog.pg_namespace cn on cn.oid = c.relnamespace
  where h.inhdetachpending
    and not exists (select from pg_catalog.pg_locks l
                    where l.relation = p.oid and l.mode = 'ShareUpdateExclusiveLock' and l.granted
                      and l.database = (select d.oid from pg_catalog.pg_database d
                                        where d.datname = pg_catalog.current_database()))
  order by 1, 2, 3, 4`;

export const detachPending: Check = {
  id: "detach-pending",
  title: "Unfinished DETACH PARTITION",
  async look({ session }) {
    const rows = await session.query(PENDING);
    if (rows.length === 0) return ok("No partition is half detached.");
    const finalize = rows.map((row) => {
      const parent = qualified(row["parent_schema"] ?? "", row["parent"] ?? "");
      return `alter table ${parent} detach partition ${qualified(row["schema"] ?? "", row["name"] ?? "")} finalize`;
    });
    return {
      status: "warn",
      message: `Half detached: ${listed(rows.map((row) => `\`${row["schema"]}.${row["name"]}\` of \`${row["parent"]}\``))}.`,
      action: `Finish it: ${statements(finalize)}`,
    };
  },
};
