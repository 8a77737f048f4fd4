/** The table `pgmigrations`: one row per applied migration, by name. */
import type { ForeignHistory } from "../history.ts";
import { hasColumns, isoOf, tablesNamed, tableOf } from "../tables-named.ts";

const LOCK = 7_241_865_325_823_964n;

export const history: ForeignHistory = {
  defaultTable: { schema: "public", name: "pgmigrations" },
  async find(db) {
    const tables = await tablesNamed(db, "pgmigrations");
    return tables.filter((table) => hasColumns(table, "id", "name", "run_on"));
  },
  async read(db, table) {
    const rows = await db.query(
      `select name, ${isoOf("run_on", "timestamp")} as applied_at
       from ${tableOf(table)} order by run_on, id`,
    );
    return rows.map((row) => ({
      key: row["name"]!,
      state: "applied",
      checksum: null,
      appliedAt: row["applied_at"] ?? null,
      appliedBy: null,
      durationMs: null,
    }));
  },
  locks: () => Promise.resolve([{ kind: "advisory", key: LOCK }]),
  create: (table) => [
    `create table if not exists ${tableOf(table)} (id serial primary key, name varchar(255) not null, run_on timestamp not null)`,
  ],
  view: (rows) =>
    `select m.seq::pg_catalog.int4 as id, m.version::pg_catalog.varchar as name, m.applied_at at time zone 'UTC' as run_on from ${rows} m`,
  record: (table, { theirs }, { appliedAt }) => [
    {
      // The tool writes the local time of its session and later compares the order of the rows with
      // that of the files, so that a row of ours must not come before one with a later local time.
      text: `insert into ${tableOf(table)} (name, run_on)
        select $1, greatest(
          coalesce($2::pg_catalog.timestamptz, pg_catalog.now()) at time zone 'UTC',
          (select pg_catalog.max(run_on) from ${tableOf(table)}))`,
      values: [theirs!.key, appliedAt],
    },
  ],
  forget: (table, { theirs }) => [
    { text: `delete from ${tableOf(table)} where name = $1`, values: [theirs!.key] },
  ],
};
