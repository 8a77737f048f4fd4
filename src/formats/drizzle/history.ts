/**
 * `__drizzle_migrations`, in the schema `drizzle` unless configured otherwise. Up to 0.45 a row has
 * the hash of the file and the journal's `when`; nothing says when it was applied, and only the row
 * with the greatest `when` counts.
 */
import { createHash } from "node:crypto";
import type { Migration } from "../../migrations/migration.ts";
import { quoteIdent } from "../../postgres/identifiers.ts";
import type { ForeignHistory, ForeignRow, HistoryFinding } from "../history.ts";
import { lineEndingVariants } from "../line-endings.ts";
import { hasColumns, tablesNamed, tableOf } from "../tables-named.ts";

export const TABLE = "__drizzle_migrations";

export function drizzleHistory(): ForeignHistory {
  return {
    defaultTable: { schema: "drizzle", name: TABLE },
    async find(db) {
      const tables = await tablesNamed(db, TABLE);
      return tables.filter((table) => hasColumns(table, "id", "hash", "created_at"));
    },
    async read(db, table) {
      const rows = await db.query(
        `select hash, created_at::pg_catalog.text as created from ${tableOf(table)} order by id`,
      );
      return rows.map((row) => ({
        key: row["created"] ?? "",
        state: "applied",
        checksum: row["hash"]!,
        // The time in the row is that of the generation.
        appliedAt: null,
        appliedBy: null,
        durationMs: null,
        note: `the row with created_at ${row["created"] ?? "null"}`,
      }));
    },
    expand: matchedRows,
    inspect: (rows, migrations) => [
      ...skipped(rows, migrations),
      ...recordedTwice(matchedRows(rows, migrations)),
    ],
    // It takes no lock.
    locks: () => Promise.resolve([]),
    create: (table) => [
      `create schema if not exists ${quoteIdent(table.schema)}`,
      `create table if not exists ${tableOf(table)} (
				id serial primary key,
				hash text not null,
				created_at bigint
			)`,
    ],
    record: (table, { theirs }) => [
      {
        text: `insert into ${tableOf(table)} (hash, created_at) values ($1, $2::pg_catalog.int8)`,
        values: [theirs!.checksums!()[0]!, theirs!.key],
      },
    ],
    forget: (table, { theirs }) => [
      {
        text: `delete from ${tableOf(table)} where created_at = $1::pg_catalog.int8`,
        values: [theirs!.key],
      },
    ],
  };
}

/** SHA-256 of the file. */
export function hashesOf(bytes: Buffer): readonly string[] {
  return lineEndingVariants(bytes).map((one) => createHash("sha256").update(one).digest("hex"));
}

/**
 * A row whose key no migration has may still be that of one: `when` was corrected in the journal, or
 * the folder was upgraded to that of Drizzle 1.0, whose names have the time of `when` in seconds.
 * Matched as Drizzle 1.0 matches them when it upgrades a table: by the second, then by the hash.
 */
export function matchedRows(
  rows: readonly ForeignRow[],
  migrations: readonly Migration[],
): readonly ForeignRow[] {
  const keys = new Set(migrations.map(({ theirs }) => theirs!.key));
  const recorded = new Set(rows.map(({ key }) => key));
  if (rows.every(({ key }) => keys.has(key))) return rows;
  const free = migrations.filter(({ theirs }) => !recorded.has(theirs!.key));
  const bySecond = groupBy(free, ({ theirs }) => [secondOf(theirs!.key)]);
  const byHash = groupBy(free, ({ theirs }) => theirs!.checksums!());
  return rows.map((row) => {
    if (keys.has(row.key)) return row;
    const sameSecond = bySecond.get(row.key.slice(0, -3)) ?? [];
    const sameHash = byHash.get(row.checksum!) ?? [];
    const [found, ...others] =
      sameSecond.length === 1
        ? sameSecond
        : sameSecond.length > 1
          ? sameSecond.filter((one) => sameHash.includes(one))
          : sameHash;
    return found && others.length === 0 ? { ...row, key: found.theirs!.key } : row;
  });
}

/** Of a folder's name; undefined for the key of a journal, which is exact. */
function secondOf(key: string): string | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?!\d)/.exec(key);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return String(Date.UTC(year!, month! - 1, day, hour, minute, second) / 1000);
}

function groupBy(
  migrations: readonly Migration[],
  keysOf: (migration: Migration) => readonly (string | undefined)[],
): ReadonlyMap<string, readonly Migration[]> {
  const groups = new Map<string, Migration[]>();
  for (const migration of migrations) {
    for (const key of keysOf(migration)) {
      if (key === undefined) continue;
      groups.set(key, [...(groups.get(key) ?? []), migration]);
    }
  }
  return groups;
}

/** Drizzle looks at the greatest `created_at` only, and runs what is above it. */
function skipped(
  rows: readonly ForeignRow[],
  migrations: readonly Migration[],
): readonly HistoryFinding[] {
  const newest = Math.max(...rows.map(({ key }) => Number(key)));
  const recorded = new Set(matchedRows(rows, migrations).map(({ key }) => key));
  return migrations
    .filter(({ theirs }) => Number(theirs!.key) <= newest && !recorded.has(theirs!.key))
    .map(({ id, theirs }) => ({
      kind: "skipped",
      key: theirs!.key,
      message: `Drizzle passed over \`${id}\` and never ran it, because its \`when\` in the journal is below that of the newest applied one. \`lockstep up\` applies it; if its changes were made by hand, add its row to \`${TABLE}\` before.`,
    }));
}

export function recordedTwice(rows: readonly ForeignRow[]): readonly HistoryFinding[] {
  const count = new Map<string, number>();
  for (const { key } of rows) count.set(key, (count.get(key) ?? 0) + 1);
  return [...count]
    .filter(([, times]) => times > 1)
    .map(([key, times]) => ({
      kind: "twice",
      key,
      message: `Drizzle has recorded it ${times} times, and has run it as often: it takes no lock. Look for rows that it inserted or changed more than once; it is adopted as one.`,
    }));
}
