/** What a database holds that a look could have changed, as one comparable text. */
import type { TestDatabase } from "../support/database.ts";

// Counters of inserted, updated and deleted rows arrive late; row versions and catalog do not.
const TRACES = `
  select pg_catalog.json_build_object(
    'relations', (select pg_catalog.json_agg(c.oid || ' ' || c.relname || ' ' || c.xmin::text order by c.oid)
                  from pg_catalog.pg_class c where c.relnamespace <> 'pg_toast'::regnamespace
                  and c.relname !~ '^pg_'),
    'schemas', (select pg_catalog.json_agg(n.nspname order by n.oid) from pg_catalog.pg_namespace n)) as text`;

const TABLES = ["migrations", "journal", "runs", "state", "audit"];

/** Definitions, and every row of the history together with the transaction that wrote it. */
export async function traces(db: TestDatabase): Promise<string> {
  const [row] = await db.admin.query<{ text: unknown }>(TRACES);
  const parts = [JSON.stringify(row!.text)];
  const [there] = await db.admin.query<{ there: boolean }>(
    "select to_regclass('lockstep.state') is not null as there",
  );
  if (there!.there) {
    for (const table of TABLES) {
      const rows = await db.admin.query(
        `select t.xmin::text as xmin, t.* from lockstep.${table} t order by t::text`,
      );
      parts.push(JSON.stringify(rows));
    }
  }
  return parts.join("\n");
}
