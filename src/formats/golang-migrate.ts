/**
 * golang-migrate: `<version>_<name>.up.sql` and `.down.sql`, either of which may be missing. A file
 * has no markers; it is sent as one message, so that several statements are one transaction unless
 * it brings its own BEGIN and COMMIT. The history is one row with the newest version.
 */
import { crc32 } from "node:zlib";
import type { Migration, MigrationFile } from "../migrations/migration.ts";
import { compareVersions, parseVersion } from "../migrations/version.ts";
import type { FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import type { ForeignHistory, ForeignTable } from "./history.ts";
import { addDuplicate, emptyFile, migrationFile, readSql } from "./sql-file.ts";
import { hasColumns, tablesNamed, tableOf } from "./tables-named.ts";

/** Its own expression, with the ending that makes a file SQL. */
const NAME = /^([0-9]+)_(.*)\.(down|up)\.sql$/;

export const golangMigrate: Format = {
  id: "golang-migrate",
  title: "golang-migrate",
  order: "version",
  // It skips such a file without a word; to apply it is never what its users expect.
  outOfOrder: "refuse",
  detect(folder): Evidence | undefined {
    // Without any up file it is our own format, which has `.down.sql` too.
    const file = folder.list().files.find(({ name }) => NAME.exec(name)?.[3] === "up");
    return file && { strength: "name", sign: `the name \`${file.name}\`` };
  },
  read,
  newFiles: ({ version, slug }) => [
    { path: `${version}_${slug}.up.sql`, content: "" },
    { path: `${version}_${slug}.down.sql`, content: "" },
  ],
  command: ({ dir, url }) =>
    `migrate -path ${JSON.stringify(dir)} -database "${url}?sslmode=disable" up`,
  history: history(),
};

interface Pair {
  readonly version: string;
  up?: FolderFile;
  down?: FolderFile;
}

function read({ folder, problems }: ReadInput): Migration[] {
  const pairs = new Map<string, Pair>();
  for (const file of folder.list().files) {
    const match = NAME.exec(file.name);
    const version = parseVersion(match?.[1] ?? "");
    if (match === null || version === undefined) continue;
    const pair = pairs.get(version) ?? { version };
    pairs.set(version, pair);
    const direction = match[3] as "up" | "down";
    const before = pair[direction];
    if (before !== undefined) {
      addDuplicate(problems, before, file, version);
    } else pair[direction] = file;
  }
  const file = (one: FolderFile | undefined): MigrationFile | undefined => {
    const bytes = one && readSql(folder, one, problems);
    return one && bytes && migrationFile(one, bytes);
  };
  const migrations: Migration[] = [];
  for (const { version, up, down } of pairs.values()) {
    const named = NAME.exec((up ?? down)!.name)!;
    const downFile = file(down);
    // Without an up file the tool only moves its version: an empty migration.
    const upFile = up ? file(up) : emptyFile(down!.path);
    if (upFile === undefined) continue;
    migrations.push({
      kind: "versioned",
      language: "sql",
      version: version as Migration["version"] & string,
      name: named[2]!,
      id: `${named[1]}_${named[2]}`,
      up: upFile,
      ...(downFile && { down: downFile }),
      theirs: { key: version },
    });
  }
  return migrations.toSorted((a, b) => compareVersions(a.version!, b.version!));
}

function history(): ForeignHistory {
  const write = (table: ForeignTable, version: string): string =>
    `insert into ${tableOf(table)} (version, dirty) values (${version}, false)`;
  return {
    failedAdvice:
      "Clear the dirty flag with `migrate force <version>`: the version itself when all of it is there, the one before when nothing is.",
    defaultTable: { schema: "public", name: "schema_migrations" },
    async find(db) {
      const tables = await tablesNamed(db, "schema_migrations");
      return tables.filter((table) => hasColumns(table, "version", "dirty"));
    },
    async read(db, table) {
      const rows = await db.query(
        `select version::pg_catalog.text as version, dirty::pg_catalog.text as dirty from ${tableOf(table)}`,
      );
      return rows
        .filter(({ version }) => version !== "-1")
        .map(({ version, dirty }) => ({
          key: version!,
          label: { version: version!, name: "" },
          state: dirty === "true" ? "failed" : "applied",
          checksum: null,
          appliedAt: null,
          appliedBy: null,
          durationMs: null,
        }));
    },
    expand(rows, migrations) {
      const newest = rows[0];
      if (newest === undefined) return [];
      const below = migrations.filter(
        ({ version }) => compareVersions(version!, newest.key as typeof version & string) < 0,
      );
      return [
        ...below.map(({ theirs }) => ({ ...newest, key: theirs!.key, state: "applied" as const })),
        newest,
      ];
    },
    async locks(db, table) {
      const [row] = await db.query("select pg_catalog.current_database() as name");
      const database = row!["name"]!;
      // The command names the database by the path of its URL, the library by its name.
      return [`/${database}`, database].map((name) => ({
        kind: "advisory" as const,
        key: lockKey(table, name),
      }));
    },
    create: (table) => [
      `create table if not exists ${tableOf(table)} (version bigint not null primary key, dirty boolean not null)`,
    ],
    view: (rows) =>
      `select m.version::pg_catalog.int8 as version, false as dirty from ${rows} m order by m.seq desc limit 1`,
    // Only the newest version is kept. It truncates; a DELETE keeps nobody from reading meanwhile.
    record: (table, { theirs }) => [
      { text: `delete from ${tableOf(table)}` },
      { text: write(table, "$1"), values: [theirs!.key] },
    ],
    forget: (table, _migration, before) => [
      { text: `delete from ${tableOf(table)}` },
      ...(before ? [{ text: write(table, "$1"), values: [before.theirs!.key] }] : []),
    ],
  };
}

/** crc32("schema\0table\0database") times a constant, in 32 bits without a sign. */
function lockKey({ schema, name }: ForeignTable, database: string): bigint {
  const sum = BigInt(crc32(Buffer.from([schema, name, database].join("\0"))));
  return BigInt.asUintN(32, sum * 1_486_364_155n);
}
