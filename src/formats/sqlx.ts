/**
 * sqlx: `<version>_<description>.sql`, or `.up.sql` and `.down.sql`, with a version of 64 bits. A
 * file that begins with `-- no-transaction` has no transaction. Nothing else in a file is special.
 */
import { createHash } from "node:crypto";
import { dirname } from "node:path";
import { crc32 } from "node:zlib";
import type { Migration, MigrationFile, Version } from "../migrations/migration.ts";
import type { Problems } from "../migrations/problems.ts";
import { charsIgnoredBySqlx, signOfSqlx } from "../migrations/sqlx-project.ts";
import { compareVersions } from "../migrations/version.ts";
import type { Folder, FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import type { ForeignHistory } from "./history.ts";
import { lineEndingVariants } from "./line-endings.ts";
import { addDuplicate, migrationFile, readSql } from "./sql-file.ts";
import { hasColumns, isoOf, tablesNamed, tableOf } from "./tables-named.ts";

const TABLE = "_sqlx_migrations";
/** The text before the first underscore, the description, the direction. */
const NAME = /^([^_]*)_(.*?)((?:\.up|\.down)?)\.sql$/;
const NUMBER = /^[+-]?\d+$/;
const GREATEST = 2n ** 63n - 1n;
const NO_TRANSACTION = Buffer.from("-- no-transaction");
const LOCK_FACTOR = 0x3d32ad9en;

export const sqlx: Format = {
  id: "sqlx",
  title: "sqlx",
  order: "version",
  // It applies every version that is not recorded, whatever comes after it.
  outOfOrder: "allow",
  detect,
  read,
  command: ({ dir, url }) =>
    `sqlx migrate run --source ${JSON.stringify(dir)} --database-url "${url}?sslmode=disable"`,
  history: history(),
};

function detect(folder: Folder): Evidence | undefined {
  const { files } = folder.list();
  const sql = files.filter(({ name }) => name.endsWith(".sql"));
  const named = sql.filter(({ name }) => /^\d+_/.test(name));
  // `R__view.sql` and modules are ours, and sqlx would stop at them.
  if (named.length === 0 || files.some(({ name }) => isOnlyOurs(name))) return undefined;
  const marked = named.find((file) => isMarked(folder.read(file)));
  if (marked)
    return { strength: "sure", sign: `\`${NO_TRANSACTION.toString()}\` in \`${marked.name}\`` };
  // A project with sqlx may have its migrations from another tool, whose markers then say so.
  const sign = folder.roots.map(signOfSqlx).find((one) => one !== undefined);
  return sign === undefined ? undefined : { strength: "name", sign };
}

function isOnlyOurs(name: string): boolean {
  return /^R__.*\.sql$/.test(name) || /^\d+_.*\.[cm]?[jt]s$/.test(name);
}

function isMarked(bytes: Buffer | undefined): boolean {
  return bytes?.subarray(0, NO_TRANSACTION.length).equals(NO_TRANSACTION) ?? false;
}

interface Pair {
  readonly version: string;
  up?: FolderFile;
  down?: FolderFile;
}

function read({ folder, problems }: ReadInput): Migration[] {
  const pairs = new Map<string, Pair>();
  for (const file of folder.list().files) {
    const match = NAME.exec(file.name);
    if (match === null) continue;
    const version = versionOf(file, match[1]!, problems);
    if (version === undefined) continue;
    const pair = pairs.get(version) ?? { version };
    pairs.set(version, pair);
    const direction = match[3] === ".down" ? "down" : "up";
    const before = pair[direction];
    if (before === undefined) pair[direction] = file;
    else {
      addDuplicate(problems, before, file, version);
    }
  }
  const migrations: Migration[] = [];
  for (const pair of pairs.values()) {
    const migration = migrationOf(pair, folder, problems);
    if (migration) migrations.push(migration);
  }
  return migrations.toSorted((a, b) => compareVersions(a.version!, b.version!));
}

/** Without leading zeros, as its history has it. */
function versionOf(file: FolderFile, text: string, problems: Problems): string | undefined {
  const number = NUMBER.test(text) ? BigInt(text.replace("+", "")) : undefined;
  if (number !== undefined && number >= 0n && number <= GREATEST) return String(number);
  problems.addFile(
    "file.invalid",
    file.path,
    number === undefined
      ? `The name of \`${file.path}\` does not begin with a number, and sqlx stops at such a file.`
      : number < 0n
        ? `The version of \`${file.path}\` is negative.`
        : `The version of \`${file.path}\` is above ${GREATEST}, the greatest that sqlx knows.`,
    "Give it another version, or move it out of the folder.",
  );
  return undefined;
}

interface SqlxIdentity extends NonNullable<Migration["theirs"]> {
  readonly description: string;
}

function migrationOf(
  { version, up, down }: Pair,
  folder: Folder,
  problems: Problems,
): Migration | undefined {
  if (up === undefined) {
    problems.addFile(
      "file.invalid",
      down!.path,
      `\`${down!.path}\` has no file for the way up.`,
      "Restore its `.up.sql`, or move it out of the folder.",
    );
    return undefined;
  }
  const upFile = fileOf(up, folder, problems);
  const downFile = down && fileOf(down, folder, problems);
  if (upFile === undefined) return undefined;
  const [, digits, name] = NAME.exec(up.name)!;
  const theirs: SqlxIdentity = {
    key: version,
    checksums: () => checksumsOf(upFile),
    description: name!.replaceAll("_", " "),
  };
  return {
    kind: "versioned",
    language: "sql",
    version: version as Version,
    name: name!,
    id: `${digits}_${name}`,
    up: upFile,
    ...(downFile && { down: downFile }),
    theirs,
  };
}

function fileOf(file: FolderFile, folder: Folder, problems: Problems): MigrationFile | undefined {
  const bytes = readSql(folder, file, problems);
  return bytes && migrationFile(file, bytes, isMarked(bytes) ? { transaction: "statement" } : {});
}

/** Of the file, or of what the settings of the project leave of it. */
function checksumsOf({ bytes, absolutePath }: MigrationFile): readonly string[] {
  const sum = (text: string | Buffer): string => createHash("sha384").update(text).digest("hex");
  const whole = lineEndingVariants(bytes).map(sum);
  const ignored = charsIgnoredBySqlx(dirname(absolutePath!));
  if (ignored.size === 0) return whole;
  const variants = lineEndingVariants(bytes).map((one) =>
    [...one.toString("utf8")].filter((char) => !ignored.has(char)).join(""),
  );
  // The settings may be younger than a row.
  return [...new Set([...variants.map(sum), ...whole])];
}

function history(): ForeignHistory {
  return {
    failedAdvice: `sqlx has no command for it: set \`success\` to true in \`${TABLE}\` when all of it is there, delete the row when nothing is.`,
    defaultTable: { schema: "public", name: TABLE },
    async find(db) {
      const tables = await tablesNamed(db, TABLE);
      return tables.filter((table) =>
        hasColumns(
          table,
          "version",
          "description",
          "installed_on",
          "success",
          "checksum",
          "execution_time",
        ),
      );
    },
    async read(db, table) {
      const rows = await db.query(
        `select version::pg_catalog.text as version, description, success::pg_catalog.text as success,
           pg_catalog.encode(checksum, 'hex') as checksum, ${isoOf("installed_on", "timestamptz")} as at,
           case when execution_time >= 0 then (execution_time / 1000000)::pg_catalog.text end as duration
         from ${tableOf(table)} t order by t.installed_on, t.version`,
      );
      return rows.map(({ version, description, success, checksum, at, duration }) => ({
        key: version!,
        label: { version: version!, name: description!.replaceAll(" ", "_") },
        state: success === "true" ? "applied" : "failed",
        checksum: checksum!,
        appliedAt: at!,
        appliedBy: null,
        durationMs: duration == null ? null : Number(duration),
      }));
    },
    async locks(db) {
      const [row] = await db.query("select pg_catalog.current_database() as name");
      // At most 62 bits, so that it cannot overflow.
      const key = LOCK_FACTOR * BigInt(crc32(Buffer.from(row!["name"]!)));
      return [{ kind: "advisory", key }];
    },
    create: (table) => [
      `create table if not exists ${tableOf(table)} (
    version bigint primary key,
    description text not null,
    installed_on timestamptz not null default now(),
    success boolean not null,
    checksum bytea not null,
    execution_time bigint not null
)`,
    ],
    view: (rows) =>
      `select m.version::pg_catalog.int8 as version, pg_catalog.replace(m.name, '_', ' ') as description,
        m.applied_at as installed_on, true as success,
        pg_catalog.decode(m.checksum, 'hex') as checksum,
        m.duration_ms::pg_catalog.int8 * 1000000 as execution_time from ${rows} m`,
    record(table, { theirs }, { appliedAt, durationMs }) {
      const { key, checksums, description } = theirs as SqlxIdentity;
      return [
        {
          text: `insert into ${tableOf(table)} (version, description, installed_on, success, checksum, execution_time)
            values ($1::pg_catalog.int8, $2, coalesce($3::pg_catalog.timestamptz, pg_catalog.now()), true,
              pg_catalog.decode($4, 'hex'), $5::pg_catalog.int8)`,
          values: [
            key,
            description,
            appliedAt,
            checksums!()[0]!,
            String(Math.round(durationMs * 1e6)),
          ],
        },
      ];
    },
    forget: (table, { theirs }) => [
      {
        text: `delete from ${tableOf(table)} where version = $1::pg_catalog.int8`,
        values: [theirs!.key],
      },
    ],
  };
}
