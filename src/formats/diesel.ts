/**
 * Diesel: a folder per migration with `up.sql` and mostly `down.sql`. The folder's name up to the
 * first underscore, without dashes, is the version; `metadata.toml` can take the transaction away.
 */
import type { Migration, MigrationFile, Reading, Version } from "../migrations/migration.ts";
import type { Problems } from "../migrations/problems.ts";
import type { Folder, FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import type { ForeignHistory } from "./history.ts";
import { migrationFile, readSql } from "./sql-file.ts";
import { hasColumns, isoOf, tablesNamed, tableOf } from "./tables-named.ts";

const TABLE = "__diesel_schema_migrations";
/** What `diesel setup` and `diesel migration generate` write. */
const OWN_NAMES = /^00000000000000_diesel_initial_setup$|^\d{4}-\d{2}-\d{2}-\d{6}(?:-\d+)?_/;

export const diesel: Format = {
  id: "diesel",
  title: "Diesel",
  // By the version as text, so that `9` comes after `10`.
  order: "list",
  // It applies every version that is not recorded, whatever comes after it.
  outOfOrder: "allow",
  detect(folder): Evidence | undefined {
    const named = folder.list().folders.filter((name) => /^\d/.test(name));
    const isOne = (name: string): boolean => folder.file(`${name}/up.sql`) !== undefined;
    const own = named.find((name) => OWN_NAMES.test(name) && isOne(name));
    if (own !== undefined) return { strength: "sure", sign: `\`${own}/up.sql\`` };
    // Others have folders of this kind too; all of them are read like this.
    const one = named.find(isOne);
    return one === undefined ? undefined : { strength: "name", sign: `\`${one}/up.sql\`` };
  },
  read,
  command: ({ dir, url }) =>
    `diesel migration run --migration-dir ${JSON.stringify(dir)} --database-url "${url}"`,
  history: history(),
};

function read({ folder, problems }: ReadInput): Migration[] {
  const migrations: Migration[] = [];
  const versions = new Map<string, string>();
  for (const name of folder.list().folders) {
    const upFile = folder.file(`${name}/up.sql`);
    if (upFile === undefined) {
      problems.addFile(
        "file.invalid",
        folder.list(name).files[0]?.path ?? name,
        `The folder \`${name}\` has no \`up.sql\`, and Diesel takes every folder for a migration.`,
        "Write the `up.sql`, or move the folder elsewhere.",
      );
      continue;
    }
    const version = name.split("_", 1)[0]!.replaceAll("-", "");
    const before = versions.get(version);
    if (version === "" || before !== undefined) {
      problems.addFile(
        before === undefined ? "file.invalid" : "file.duplicate",
        upFile.path,
        before === undefined
          ? `The folder \`${name}\` has no version before its first underscore.`
          : `The folders \`${before}\` and \`${name}\` both have version \`${version}\`.`,
        "Give the one that is not applied anywhere yet another version.",
      );
      continue;
    }
    versions.set(version, name);
    const reading = readingOf(folder, name, problems);
    const downFile = folder.file(`${name}/down.sql`);
    const up = sqlOf(folder, upFile, reading, problems);
    const down = downFile && sqlOf(folder, downFile, reading, problems);
    if (up === undefined) continue;
    migrations.push({
      kind: "versioned",
      language: "sql",
      version: version as Version,
      name: name.includes("_") ? name.slice(name.indexOf("_") + 1) : name,
      id: name,
      up,
      ...(down && { down }),
      theirs: { key: version },
    });
  }
  return migrations.toSorted((a, b) => (a.version! < b.version! ? -1 : 1));
}

function sqlOf(
  folder: Folder,
  file: FolderFile,
  reading: Reading,
  problems: Problems,
): MigrationFile | undefined {
  const bytes = readSql(folder, file, problems);
  if (bytes === undefined || bytes.length > 0) {
    return bytes && migrationFile(file, bytes, reading);
  }
  problems.addFile(
    "file.invalid",
    file.path,
    `\`${file.path}\` is empty, which Diesel refuses.`,
    "Write its SQL, or a comment where nothing is to be done.",
  );
  return undefined;
}

/**
 * A file without the setting means no transaction either: the default of the setting is false, and
 * only that of the whole file is true.
 */
function readingOf(folder: Folder, name: string, problems: Problems): Reading {
  const file = folder.file(`${name}/metadata.toml`);
  if (file === undefined) return {};
  // Tables begin with a bracket; the setting belongs to none.
  const top = folder.text(file).split(/^[ \t]*\[/m, 1)[0]!;
  const setting = /^[ \t]*"?run_in_transaction"?[ \t]*=[ \t]*([^\s#]*)/m.exec(top);
  const value = setting?.[1] ?? "false";
  if (value === "true") return {};
  if (value === "false") return { transaction: "statement" };
  problems.addFile(
    "file.invalid",
    file.path,
    `\`run_in_transaction\` in \`${file.path}\` is \`${value}\`.`,
    "Write `true` or `false`.",
  );
  return {};
}

function history(): ForeignHistory {
  return {
    defaultTable: { schema: "public", name: TABLE },
    async find(db) {
      const tables = await tablesNamed(db, TABLE);
      return tables.filter((table) => hasColumns(table, "version", "run_on"));
    },
    async read(db, table) {
      const rows = await db.query(
        `select version, ${isoOf("run_on", "timestamp")} as at
         from ${tableOf(table)} order by run_on, version collate "C"`,
      );
      return rows.map(({ version, at }) => ({
        key: version!,
        label: { version: version!, name: "" },
        state: "applied",
        checksum: null,
        appliedAt: at ?? null,
        appliedBy: null,
        durationMs: null,
      }));
    },
    // It takes no lock.
    locks: () => Promise.resolve([]),
    create: (table) => [
      `create table if not exists ${tableOf(table)} (
         version varchar(50) primary key not null,
         run_on timestamp not null default current_timestamp
       )`,
    ],
    view: (rows) =>
      `select m.version::pg_catalog.varchar as version, m.applied_at at time zone 'UTC' as run_on from ${rows} m`,
    record: (table, { theirs }, { appliedAt }) => [
      {
        text: `insert into ${tableOf(table)} (version, run_on)
               values ($1, pg_catalog.timezone('UTC', coalesce($2::pg_catalog.timestamptz, pg_catalog.now())))`,
        values: [theirs!.key, appliedAt],
      },
    ],
    forget: (table, { theirs }) => [
      { text: `delete from ${tableOf(table)} where version = $1`, values: [theirs!.key] },
    ],
  };
}
