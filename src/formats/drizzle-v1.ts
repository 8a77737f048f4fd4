/**
 * Drizzle 1.0: `<YYYYMMDDHHMMSS>_<name>/migration.sql` with a `snapshot.json` beside it, and no
 * journal. What is applied is known by the name of the folder.
 */
import type { Migration, Version } from "../migrations/migration.ts";
import { quoteIdent } from "../postgres/identifiers.ts";
import { MARK, readingWithBreakpoints } from "./drizzle/breakpoints.ts";
import { hashesOf, matchedRows, recordedTwice, TABLE } from "./drizzle/history.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import type { ForeignHistory, ForeignTable } from "./history.ts";
import { migrationFile, readSql } from "./sql-file.ts";
import { hasColumns, isoOf, tablesNamed, textArray, tableOf } from "./tables-named.ts";

const NAME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?!\d)/;
const OLD_COLUMNS = ["id", "hash", "created_at"];
const COLUMNS = [...OLD_COLUMNS, "name", "applied_at"];
/** So many folders are looked into; other tools may have thousands. */
const LOOKED_INTO = 10;

export const drizzleV1: Format = {
  id: "drizzle-v1",
  title: "Drizzle 1.0",
  // By the name as text.
  order: "list",
  // It applies every folder that is not recorded, whatever comes after it.
  outOfOrder: "allow",
  detect(folder): Evidence | undefined {
    if (folder.file("migration_lock.toml")) return undefined;
    const named = folder.list().folders.filter((name) => NAME.test(name));
    for (const name of named.slice(0, LOOKED_INTO)) {
      const script = folder.file(`${name}/migration.sql`);
      if (script === undefined) continue;
      if (folder.file(`${name}/snapshot.json`)) {
        return { strength: "sure", sign: `\`${name}/snapshot.json\`` };
      }
      // An image for production may have been made without the snapshots.
      if (folder.text(script).includes(MARK)) {
        return { strength: "sure", sign: `\`${MARK}\` in \`${name}/migration.sql\`` };
      }
    }
    return undefined;
  },
  read,
  history: history(),
};

function read({ folder, problems }: ReadInput): Migration[] {
  const migrations: Migration[] = [];
  // Drizzle compares names with `localeCompare`: within one second `_` comes before digits. A fixed
  // locale, so that the order is the same on every machine.
  const { compare } = new Intl.Collator("en");
  const ids = folder.list().folders.toSorted((a, b) => compare(a, b) || (a < b ? -1 : 1));
  for (const id of ids) {
    const { files } = folder.list(id);
    const [file, double] = files.filter(({ name }) => name === "migration.sql");
    const snapshot = files.find(({ name }) => name === "snapshot.json");
    if (file === undefined) {
      // A folder with something else in it is nobody's migration, for Drizzle neither.
      if (snapshot === undefined && (files.length === 0 || !NAME.test(id))) continue;
      const first = snapshot ?? files[0]!;
      problems.addFile(
        "file.invalid",
        first.path,
        `The folder \`${id}\` has no file \`migration.sql\`.`,
        "Restore the file, or move the folder out of the migrations.",
      );
      continue;
    }
    if (double !== undefined) {
      problems.addFile(
        "file.duplicate",
        double.path,
        `\`${file.path}\` and \`${double.path}\` are both the migration \`${id}\`.`,
        "Give the one that is not applied anywhere yet another name.",
      );
      continue;
    }
    if (millisOf(id) === undefined) {
      problems.addFile(
        "file.invalid",
        file.path,
        `The name of the folder \`${id}\` does not begin with a time of 14 digits.`,
        "Give it the name that Drizzle Kit gave it, or move it out of the migrations.",
      );
      continue;
    }
    // One says it for all: snapshots are large, and each holds the whole schema.
    const isFirst = migrations.length === 0;
    const dialect =
      isFirst && snapshot && /"dialect"\s*:\s*"([^"]*)"/.exec(folder.text(snapshot))?.[1];
    if (dialect && !dialect.startsWith("postgres")) {
      problems.addFile(
        "file.invalid",
        snapshot.path,
        `\`${snapshot.path}\` says that this migration is for \`${dialect}\`.`,
        "Name the folder of migrations that were made for PostgreSQL.",
      );
      continue;
    }
    const bytes = readSql(folder, file, problems);
    if (bytes === undefined) continue;
    const down = files.find(({ name }) => name === "down.sql");
    const downBytes = down && readSql(folder, down, problems);
    migrations.push({
      kind: "versioned",
      language: "sql",
      version: id as Version,
      name: id.replace(/^\d+_?/, "") || id,
      id,
      up: migrationFile(file, bytes, readingWithBreakpoints(bytes)),
      ...(downBytes && { down: migrationFile(down, downBytes, readingWithBreakpoints(downBytes)) }),
      theirs: { key: id, checksums: () => hashesOf(bytes) },
    });
  }
  return migrations;
}

function millisOf(id: string): number | undefined {
  const match = NAME.exec(id);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute, second);
}

function history(): ForeignHistory {
  return {
    defaultTable: { schema: "drizzle", name: TABLE },
    async find(db) {
      const tables = await tablesNamed(db, TABLE);
      return tables.flatMap((table): ForeignTable[] => {
        if (hasColumns(table, ...COLUMNS)) return [table];
        // A release candidate has numbered the layout in each row.
        if (hasColumns(table, ...COLUMNS, "version")) return [{ ...table, layout: "numbered" }];
        // Drizzle 1.0 upgrades a table with its first `migrate`; the folders may come before.
        return hasColumns(table, ...OLD_COLUMNS) ? [{ ...table, layout: "old" }] : [];
      });
    },
    async read(db, table) {
      const [name, at] =
        table.layout === "old" ? ["null", "null"] : ["name", isoOf("applied_at", "timestamptz")];
      const rows = await db.query(
        `select coalesce(${name}, created_at::pg_catalog.text, '') as key, ${name} as name, hash, ${at} as at
         from ${tableOf(table)} order by id`,
      );
      return rows.map(({ key, name, hash, at }) => ({
        key: key!,
        // A row that was there before 1.0 and that no folder explained has no name.
        ...(name != null && { label: { version: name, name: "" } }),
        state: "applied",
        checksum: hash!,
        // Null in rows from before 1.0.
        appliedAt: at ?? null,
        appliedBy: null,
        durationMs: null,
      }));
    },
    expand: matchedRows,
    inspect: (rows, migrations) => recordedTwice(matchedRows(rows, migrations)),
    // It takes no lock.
    locks: () => Promise.resolve([]),
    create: (table) => [
      `create schema if not exists ${quoteIdent(table.schema)}`,
      `create table if not exists ${tableOf(table)} (
				id serial primary key,
				hash text not null,
				created_at bigint,
				name text,
				applied_at timestamp with time zone default now()
			)`,
    ],
    record(table, { theirs }, { appliedAt }) {
      const { key, checksums } = theirs!;
      if (table.layout === "old") {
        // Drizzle 1.0 gives the row its name by the second, among several folders by the hash.
        return [
          {
            text: `insert into ${tableOf(table)} (hash, created_at) values ($1, $2::pg_catalog.int8)`,
            values: [checksums!()[0]!, String(millisOf(key))],
          },
        ];
      }
      const [column, value] = table.layout === "numbered" ? [", version", ", 1"] : ["", ""];
      return [
        {
          text: `insert into ${tableOf(table)} (hash, created_at, name, applied_at${column})
            values ($1, $2::pg_catalog.int8, $3, coalesce($4::pg_catalog.timestamptz, pg_catalog.now())${value})`,
          values: [checksums!()[0]!, String(millisOf(key)), key, appliedAt],
        },
      ];
    },
    forget: (table, { theirs }) => [
      table.layout === "old"
        ? {
            text: `delete from ${tableOf(table)} where created_at / 1000 = $1::pg_catalog.int8 / 1000 and hash = any ($2::pg_catalog.text[])`,
            values: [String(millisOf(theirs!.key)), textArray(theirs!.checksums!())],
          }
        : { text: `delete from ${tableOf(table)} where name = $1`, values: [theirs!.key] },
    ],
  };
}
