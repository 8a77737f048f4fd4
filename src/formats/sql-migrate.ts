/**
 * sql-migrate: every `.sql` file is a migration with `-- +migrate Up` and `-- +migrate Down`; the
 * option `notransaction` runs a direction without a transaction. Its name is its key.
 */
import { createHash } from "node:crypto";
import type { Migration, Reading, Version } from "../migrations/migration.ts";
import { applyEdits, type Edit } from "./edits.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import type { ForeignHistory } from "./history.ts";
import { migrationFile, readSql, within } from "./sql-file.ts";
import { hasColumns, isoOf, tablesNamed, tableOf } from "./tables-named.ts";

const MARKER = /^\ufeff?-- \+migrate (?:Up|Down)\b.*$/m;
const COMMAND = /^((?:\u00ef\u00bb\u00bf)?)-- \+migrate[ \t]+(\S+)([^\r\n]*)/gm;

export const sqlMigrate: Format = {
  id: "sql-migrate",
  title: "sql-migrate",
  // Numbers first, and names among equal numbers.
  order: "list",
  // What is not recorded below the newest one is caught up with first.
  outOfOrder: "allow",
  detect(folder): Evidence | undefined {
    for (const file of folder.list().files) {
      if (!file.name.endsWith(".sql")) continue;
      const marker = MARKER.exec(folder.text(file));
      if (marker) return { strength: "sure", sign: `\`${marker[0].trim()}\` in \`${file.name}\`` };
    }
    return undefined;
  },
  read,
  history: history(),
};

function read({ folder, problems }: ReadInput): Migration[] {
  const migrations: Migration[] = [];
  for (const file of folder.list().files) {
    if (!file.name.endsWith(".sql")) continue;
    const bytes = readSql(folder, file, problems);
    if (bytes === undefined) continue;
    const found = readSections(bytes);
    if (typeof found === "string") {
      problems.addFile(
        "file.invalid",
        file.path,
        `\`${file.path}\` has ${found}.`,
        "Correct the markers, or move the file out of the folder: sql-migrate takes every `.sql` file for a migration.",
      );
      continue;
    }
    const { up, down } = found;
    const id = file.name.slice(0, -".sql".length);
    migrations.push({
      kind: "versioned",
      language: "sql",
      version: id as Version,
      name: id.replace(/^\d+[-_]?/, "") || id,
      id,
      up: migrationFile(file, bytes, up),
      ...(down && { down: migrationFile(file, bytes, down) }),
      theirs: {
        key: file.name,
        // Only newer versions have a column for it.
        checksums: () => [createHash("sha256").update(bytes).digest("hex")],
      },
    });
  }
  return migrations.toSorted(inItsOrder);
}

function inItsOrder(a: Migration, b: Migration): number {
  const left = numberOf(a);
  const right = numberOf(b);
  if (left !== undefined && right !== undefined && left !== right) return left < right ? -1 : 1;
  if ((left === undefined) !== (right === undefined)) return left === undefined ? 1 : -1;
  return a.theirs!.key < b.theirs!.key ? -1 : 1;
}

function numberOf({ id }: Migration): bigint | undefined {
  const digits = /^\d+/.exec(id);
  return digits ? BigInt(digits[0]) : undefined;
}

interface Section {
  readonly direction: "up" | "down";
  readonly start: number;
  end: number;
  readonly alone: boolean;
  /** Where a semicolon stands for `StatementEnd`. */
  readonly ends: Edit[];
}

/** A string: what is wrong. What stands above the first marker is no part of the migration. */
function readSections(bytes: Buffer): { up: Reading; down?: Reading } | string {
  // Latin-1, so that an index into the text is a byte offset.
  const text = bytes.toString("latin1");
  const sections: Section[] = [];
  let inBlock = false;
  for (const match of text.matchAll(COMMAND)) {
    const [line, bom, command, options] = match as unknown as [string, string, string, string];
    const start = match.index + bom.length;
    const end = match.index + line.length;
    const open = sections.at(-1);
    if (command === "Up" || command === "Down") {
      if (inBlock) return "`StatementBegin` without its `StatementEnd`";
      if (open) open.end = start;
      const direction = command === "Up" ? "up" : "down";
      const alone = options.trim().split(/\s+/).includes("notransaction");
      sections.push({ direction, start: end, end: bytes.length, alone, ends: [] });
    } else if (command === "StatementBegin") {
      inBlock = open !== undefined;
    } else if (command === "StatementEnd") {
      if (inBlock) open!.ends.push({ start, end, text: ";" });
      inBlock = false;
    }
  }
  if (inBlock) return "`StatementBegin` without its `StatementEnd`";
  if (sections.length === 0) return "neither `-- +migrate Up` nor `-- +migrate Down`";
  const down = joined(sections, "down");
  // A file with a part for down only is applied and does nothing.
  const up = joined(sections, "up") ?? { range: { start: 0, end: 0 } };
  return { up, ...(down && { down }) };
}

/** The sections of one direction are one text, in their order. */
function joined(
  sections: readonly Section[],
  direction: Section["direction"],
): Reading | undefined {
  const own = sections.filter((section) => section.direction === direction);
  const first = own[0];
  if (first === undefined) return undefined;
  const ends = own.flatMap((section) => section.ends);
  return {
    range: { start: first.start, end: own.at(-1)!.end },
    ...((own.length > 1 || ends.length > 0) && {
      rewrite: (_file, pieces) =>
        applyEdits(
          pieces.flatMap((piece) => own.flatMap((section) => within(piece, section))),
          ends,
        ),
    }),
    ...(own.some(({ alone }) => alone) && { transaction: "statement" }),
  };
}

function history(): ForeignHistory {
  return {
    defaultTable: { schema: "public", name: "gorp_migrations" },
    async find(db) {
      const tables = await tablesNamed(db, "gorp_migrations");
      return tables.flatMap((table) =>
        hasColumns(table, "id", "applied_at")
          ? [table]
          : hasColumns(table, "id", "checksum", "applied_at")
            ? [{ ...table, layout: "checksum" }]
            : [],
      );
    },
    async read(db, table) {
      const checksum = table.layout === "checksum" ? "checksum" : "null::pg_catalog.text";
      const rows = await db.query(
        `select id, ${checksum} as checksum, ${isoOf("applied_at", "timestamptz")} as at
         from ${tableOf(table)} order by applied_at, id`,
      );
      return rows.map(({ id, checksum: sum, at }) => ({
        key: id!,
        label: { version: id!.replace(/\.sql$/, ""), name: "" },
        state: "applied",
        checksum: sum || null,
        appliedAt: at ?? null,
        appliedBy: null,
        durationMs: null,
      }));
    },
    // It takes no lock.
    locks: () => Promise.resolve([]),
    create: (table) => [
      `create table if not exists ${tableOf(table)} (
         id text not null primary key, applied_at timestamp with time zone
       )`,
    ],
    view: (rows) => `select m.version as id, m.applied_at from ${rows} m`,
    record: (table, { theirs }, { appliedAt }) => {
      const at = "coalesce($2::pg_catalog.timestamptz, pg_catalog.now())";
      if (table.layout !== "checksum") {
        return [
          {
            text: `insert into ${tableOf(table)} (id, applied_at) values ($1, ${at})`,
            values: [theirs!.key, appliedAt],
          },
        ];
      }
      return [
        {
          text: `insert into ${tableOf(table)} (id, applied_at, checksum) values ($1, ${at}, $3)`,
          values: [theirs!.key, appliedAt, theirs!.checksums!()[0]!],
        },
      ];
    },
    forget: (table, { theirs }) => [
      { text: `delete from ${tableOf(table)} where id = $1`, values: [theirs!.key] },
    ],
  };
}
