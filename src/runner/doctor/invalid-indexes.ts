/**
 * Indexes that a failed CREATE INDEX CONCURRENTLY or REINDEX CONCURRENTLY left behind: every write
 * keeps them up to date (or they block HOT updates) and no query uses them.
 */
import { qualified, quoteIdent } from "../../postgres/identifiers.ts";
import type { TextRow } from "../../postgres/session.ts";
import { ok, type Check } from "./check.ts";
import { be, count, listed, statements } from "./wording.ts";

// A build in progress is invalid too. Its row in the progress view shows only pid and datid to an
// ordinary role; then the lock that a concurrent build keeps on its table tells (pg_locks hides
// nothing). DROP INDEX is refused for an index behind a constraint or attached to a parent's.
const INVALID = `
  select n.nspname as schema, c.relname as name, c.relkind as kind,
         tn.nspname as table_schema, t.relname as table,
         c.relname ~ '_cc(new|old)[0-9]*$' as leftover,
         c.relispartition or exists (select from pg_catalog.pg_constraint k
                                     where k.conindid = i.indexrelid) as needed
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
  where not (i.indisvalid and i.indisready and i.indislive)
    and c.relpersistence <> 't'
    and not exists (
      select from pg_catalog.pg_stat_progress_create_index p
      where p.datid = (select d.oid from pg_catalog.pg_database d
                       where d.datname = pg_catalog.current_database())
        and (p.index_relid = i.indexrelid or p.relid = i.indrelid
             or p.relid is null and exists (
               select from pg_catalog.pg_locks l
               where l.pid = p.pid and l.relation = i.indrelid and l.database = p.datid and l.granted)))
  order by 1, 2`;

export const invalidIndexes: Check = {
  id: "invalid-indexes",
  title: "Invalid indexes",
  async look({ session }) {
    const rows = await session.query(INVALID);
    if (rows.length === 0) return ok("Every index is valid, or being built at this moment.");
    const names = rows.map((row) => {
      const note = row["leftover"] === "t" ? ", a leftover of REINDEX CONCURRENTLY" : "";
      return `\`${row["schema"]}.${row["name"]}\` (on \`${row["table"]}\`${note})`;
    });
    return {
      status: "warn",
      message: `${count(rows.length, "index", "indexes")} ${be(rows.length)} invalid: ${listed(names)}. Writes pay for such an index, queries do not use it.`,
      action: `Remove or rebuild: ${statements(rows.map(remedy))}`,
    };
  },
};

function remedy(row: TextRow): string {
  const name = qualified(row["schema"] ?? "", row["name"] ?? "");
  if (row["kind"] === "I") {
    // Invalid until every partition has its own: dropping it would throw away those attached.
    return `alter index ${name} attach partition … -- for each partition of ${quoteIdent(row["table"] ?? "")} without one`;
  }
  if (row["needed"] === "t") return `reindex index concurrently ${name}`;
  return `drop index concurrently ${name}`;
}
