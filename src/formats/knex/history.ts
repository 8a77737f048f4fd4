/** The two tables of Knex: a row for each file, and one row that is its lock. */
import { qualified } from "../../postgres/identifiers.ts";
import type { ForeignHistory, ForeignTable } from "../history.ts";
import { hasColumns, isoOf, tablesNamed } from "../tables-named.ts";

const LOCK = "_lock";
const ENDING = /\.[cm]?[jt]s$/;

export const knexHistory: ForeignHistory = {
  defaultTable: { schema: "public", name: "knex_migrations" },
  async find(db) {
    const tables = await tablesNamed(db, "knex_migrations");
    return tables.filter((table) => hasColumns(table, "id", "name", "batch", "migration_time"));
  },
  async read(db, table) {
    const rows = await db.query(
      `select name, ${isoOf("migration_time", "timestamptz")} as migration_time
       from ${tableOf(table)} order by id`,
    );
    return rows.map((row) => ({
      key: row["name"]!,
      label: { version: row["name"]!.replace(ENDING, ""), name: "" },
      state: "applied",
      checksum: null,
      appliedAt: row["migration_time"] ?? null,
      appliedBy: null,
      durationMs: null,
    }));
  },
  /** What was applied from the compiled `.js` is the `.ts` of this folder, and the other way round. */
  expand(rows, migrations) {
    const keys = new Set(migrations.map(({ theirs }) => theirs!.key));
    const byId = new Map(migrations.map(({ id, theirs }) => [id, theirs!.key]));
    return rows.map((row) => {
      if (keys.has(row.key)) return row;
      const key = byId.get(row.key.replace(ENDING, ""));
      return key === undefined ? row : { ...row, key, note: row.key };
    });
  },
  async locks(db, table) {
    const tables = await tablesNamed(db, table.name + LOCK);
    const isThere = tables.some((lock) => lock.schema === table.schema);
    if (!isThere) return [];
    const set = (to: number): string =>
      `update ${lockOf(table)} set is_locked = ${to} where is_locked = ${1 - to}`;
    return [{ kind: "row", take: set(1), release: set(0) }];
  },
  create: (table) => [
    `create table if not exists ${tableOf(table)} (
       "id" serial primary key, "name" varchar(255), "batch" integer, "migration_time" timestamptz
     )`,
    `create table if not exists ${lockOf(table)} ("index" serial primary key, "is_locked" integer)`,
    `insert into ${lockOf(table)} (is_locked)
     select 0 where not exists (select from ${lockOf(table)})`,
  ],
  view: (rows) =>
    `select m.seq::pg_catalog.int4 as id, m.version::pg_catalog.varchar as name,
      m.seq::pg_catalog.int4 as batch, m.applied_at as migration_time from ${rows} m`,
  // Each is a batch of its own, so that `knex migrate:rollback` takes back one at a time.
  record: (table, { theirs }, { appliedAt }) => [
    {
      text: `insert into ${tableOf(table)} (name, batch, migration_time)
             select $1, coalesce(pg_catalog.max(batch), 0) + 1,
               coalesce($2::pg_catalog.timestamptz, pg_catalog.clock_timestamp())
             from ${tableOf(table)}`,
      values: [theirs!.key, appliedAt],
    },
  ],
  forget: (table, { theirs }) => [
    { text: `delete from ${tableOf(table)} where name = $1`, values: [theirs!.key] },
  ],
};

function tableOf({ schema, name }: ForeignTable): string {
  return qualified(schema, name);
}

function lockOf({ schema, name }: ForeignTable): string {
  return qualified(schema, name + LOCK);
}
