/** The tables of the schema `graphile_migrate`: one row per migration, by hash, each naming the one before. */
import type { Migration } from "../../migrations/migration.ts";
import { qualified, quoteIdent } from "../../postgres/identifiers.ts";
import type { ForeignHistory } from "../history.ts";
import { hasColumns, isoOf, tablesNamed, tableOf } from "../tables-named.ts";

const LOCK = 4_727_445_306_447_283n;

export const history: ForeignHistory = {
  defaultTable: { schema: "graphile_migrate", name: "migrations" },
  async find(db) {
    const tables = await tablesNamed(db, "migrations");
    return tables.filter((table) => hasColumns(table, "hash", "previous_hash", "filename", "date"));
  },
  async read(db, table) {
    const rows = await db.query(
      `select hash, filename, ${isoOf("date", "timestamptz")} as applied_at
       from ${tableOf(table)} order by filename collate "C"`,
    );
    return rows.map((row) => ({
      key: row["hash"]!,
      state: "applied",
      checksum: null,
      appliedAt: row["applied_at"] ?? null,
      appliedBy: null,
      durationMs: null,
      note: row["filename"]!,
    }));
  },
  locks: () => Promise.resolve([{ kind: "advisory", key: LOCK }]),
  create: (table) => [
    `create schema if not exists ${quoteIdent(table.schema)}`,
    `create table if not exists ${tableOf(table)} (
      hash text primary key,
      previous_hash text references ${tableOf(table)},
      filename text not null,
      date timestamptz not null default now()
    )`,
    `create table if not exists ${qualified(table.schema, "current")} (
      filename text primary key default 'current.sql',
      content text not null,
      date timestamptz not null default now()
    )`,
  ],
  record: (table, migration, { appliedAt }) => [
    {
      text: `insert into ${tableOf(table)} (hash, previous_hash, filename, date)
        values ($1, $2, $3, coalesce($4::pg_catalog.timestamptz, pg_catalog.now()))`,
      values: [migration.theirs!.key, previousOf(migration), fileOf(migration), appliedAt],
    },
  ],
  forget: (table, { theirs }) => [
    { text: `delete from ${tableOf(table)} where hash = $1`, values: [theirs!.key] },
  ],
};

/** Its history has the number without the words behind it. */
function fileOf({ version }: Migration): string {
  return `${version}.sql`;
}

function previousOf({ up: { bytes } }: Migration): string | null {
  const previous = /^--! Previous:(.*)$/m.exec(bytes.toString("utf8"))![1]!.trim();
  return previous === "-" ? null : previous;
}
