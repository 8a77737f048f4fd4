/**
 * Ory popx, and pop: `<version>_<name>.up.sql` with `.postgres` and other databases before the
 * direction, and `.autocommit` for a file without a transaction. Of one version the file for
 * PostgreSQL wins over the general one.
 */
import type { Migration, MigrationFile, Reading, Version } from "../migrations/migration.ts";
import { createLocator } from "../sql/locate.ts";
import { applyEdits } from "./edits.ts";
import type { FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import type { ForeignHistory } from "./history.ts";
import { expandTemplate } from "./popx/template.ts";
import { addDuplicate, migrationFile, readSql } from "./sql-file.ts";
import { hasColumns, tablesNamed, tableOf } from "./tables-named.ts";

/** Its own expression, with the ending of the files that are no SQL. */
const NAME = /^(\d+)_([^.]+)(\.[a-z0-9]+)?(\.autocommit)?\.(up|down)\.(sql|fizz)$/;
const POSTGRES = new Set(["postgres", "postgresql", "pg", "pgx"]);
const OTHERS = new Set("mysql mariadb sqlite sqlite3 cockroach cockroachdb crdb".split(" "));
/** Longer versions were shorter in older releases, whose rows count for them. */
const LEGACY_LENGTH = 14;

interface Name {
  readonly version: string;
  readonly name: string;
  readonly direction: "up" | "down";
  readonly isFizz: boolean;
  readonly autocommit: boolean;
  /** Empty: for every database. */
  readonly dialect: string;
}

export const popx: Format = {
  id: "popx",
  title: "Ory popx",
  // Versions are compared as text.
  order: "list",
  // It applies every version that is not recorded, whatever comes after it.
  outOfOrder: "allow",
  detect(folder): Evidence | undefined {
    // Names without a database belong to others as well, and are read the same way there.
    for (const { name } of folder.list().files) {
      const parts = nameOf(name);
      if (parts && (parts.isFizz || parts.autocommit || parts.dialect !== "")) {
        return { strength: "name", sign: `the name \`${name}\`` };
      }
    }
    return undefined;
  },
  read,
  history: history(),
};

function nameOf(fileName: string): Name | undefined {
  const match = NAME.exec(fileName);
  if (match === null) return undefined;
  const [, version, name, middle = "", mark, direction, ending] = match;
  const onlyMark = middle === ".autocommit";
  const dialect = onlyMark ? "" : middle.slice(1);
  if (dialect !== "" && !POSTGRES.has(dialect) && !OTHERS.has(dialect)) return undefined;
  return {
    version: version!,
    name: name!,
    direction: direction as Name["direction"],
    isFizz: ending === "fizz",
    autocommit: onlyMark || mark !== undefined,
    dialect,
  };
}

interface Candidate {
  readonly file: FolderFile;
  readonly parts: Name;
}

function read(input: ReadInput): Migration[] {
  const { folder, problems } = input;
  const found = { up: new Map<string, Candidate>(), down: new Map<string, Candidate>() };
  // It looks into the folders below, too.
  for (const file of folder.listAll()) {
    const parts = nameOf(file.name);
    if (parts === undefined || OTHERS.has(parts.dialect)) continue;
    const { version, direction } = parts;
    const before = found[direction].get(version);
    const isSpecific = parts.dialect !== "";
    const beforeIsSpecific = before !== undefined && before.parts.dialect !== "";
    if (before !== undefined && isSpecific === beforeIsSpecific) {
      addDuplicate(problems, before.file, file, version);
    } else if (!beforeIsSpecific) found[direction].set(version, { file, parts });
  }
  const migrations: Migration[] = [];
  // A version with files for other databases only, or with a way down only, is none here.
  for (const [version, candidate] of found.up) {
    const up = readOne(candidate, input);
    const back = found.down.get(version);
    const down = back && readOne(back, input);
    if (up === undefined) continue;
    const { name } = candidate.parts;
    migrations.push({
      kind: "versioned",
      language: "sql",
      version: version as Version,
      name,
      id: `${version}_${name}`,
      up,
      ...(down && { down }),
      theirs: { key: version },
    });
  }
  return migrations.toSorted((a, b) => (a.version! < b.version! ? -1 : 1));
}

function readOne({ file, parts }: Candidate, input: ReadInput): MigrationFile | undefined {
  const { folder, problems, placeholders = {} } = input;
  if (parts.isFizz) {
    problems.addFile(
      "file.format",
      file.path,
      `\`${file.path}\` is written in fizz, which only pop can run.`,
      `Write its SQL to \`${file.name.replace(/fizz$/, "sql")}\`; \`soda\` prints it.`,
    );
    return undefined;
  }
  const bytes = readSql(folder, file, problems);
  if (bytes === undefined) return undefined;
  const reading: Reading = parts.autocommit ? { transaction: "statement" } : {};
  if (!bytes.includes("{{")) return migrationFile(file, bytes, reading);
  const edits = expandTemplate(bytes, placeholders);
  if ("what" in edits) {
    const isValue = edits.what.includes("has no value");
    problems.addFile(
      isValue ? "file.placeholder" : "file.format",
      file.path,
      `The template in \`${file.path}\` cannot be filled in: ${edits.what}.`,
      isValue
        ? "Define it among the placeholders of the configuration."
        : "Write the file without it: only conditions such as `{{ if .IsPostgreSQL }}` and `{{ .Parameters.name }}` are understood.",
      { location: { file: file.path, ...createLocator(bytes)(edits.offset) } },
    );
    return undefined;
  }
  return migrationFile(file, bytes, {
    ...reading,
    rewrite: (_bytes, pieces) => applyEdits(pieces, edits),
  });
}

function history(): ForeignHistory {
  return {
    defaultTable: { schema: "public", name: "schema_migration" },
    async find(db) {
      const tables = await tablesNamed(db, "schema_migration");
      return tables.filter(
        (table) => hasColumns(table, "version", "version_self") || hasColumns(table, "version"),
      );
    },
    async read(db, table) {
      const rows = await db.query(
        `select version from ${tableOf(table)} order by version collate "C"`,
      );
      return rows.map(({ version }) => ({
        key: version!,
        label: { version: version!, name: "" },
        state: "applied",
        checksum: null,
        appliedAt: null,
        appliedBy: null,
        durationMs: null,
      }));
    },
    expand(rows, migrations) {
      const applied = new Map(rows.map((row) => [row.key, row]));
      const legacy = migrations.flatMap(({ theirs }) => {
        const { key } = theirs!;
        const row = key.length > LEGACY_LENGTH && applied.get(key.slice(0, LEGACY_LENGTH));
        return row && !applied.has(key) ? [{ ...row, key, label: { version: key, name: "" } }] : [];
      });
      if (legacy.length === 0) return rows;
      const replaced = new Set(legacy.map(({ key }) => key.slice(0, LEGACY_LENGTH)));
      const files = new Set(migrations.map(({ theirs }) => theirs!.key));
      const kept = rows.filter(({ key }) => files.has(key) || !replaced.has(key));
      return [...kept, ...legacy].toSorted((a, b) => (a.key < b.key ? -1 : 1));
    },
    // It takes no lock.
    locks: () => Promise.resolve([]),
    create: (table) => [
      `create table if not exists ${tableOf(table)} (version varchar(48) not null, version_self int not null default 0)`,
      `create unique index if not exists schema_migration_version_idx on ${tableOf(table)} (version)`,
      `create index if not exists schema_migration_version_self_idx on ${tableOf(table)} (version_self)`,
    ],
    view: (rows) =>
      `select m.version::pg_catalog.varchar as version, 0 as version_self from ${rows} m`,
    record: (table, { theirs }) => [
      { text: `insert into ${tableOf(table)} (version) values ($1)`, values: [theirs!.key] },
    ],
    forget: (table, { theirs }) => [
      { text: `delete from ${tableOf(table)} where version = $1`, values: [theirs!.key] },
    ],
  };
}
