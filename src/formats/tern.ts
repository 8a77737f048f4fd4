/**
 * tern: `<digits>_<name>.sql` without a gap from 1 on, both directions in one file with a line between
 * them. Each file is a template of Go with values from `tern.conf`; the SQL files of subfolders are
 * there to be included. The history is one row with the newest version.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { showPath } from "../migrations/discover.ts";
import type { Migration, MigrationFile, Reading, Version } from "../migrations/migration.ts";
import { compareVersions, parseVersion } from "../migrations/version.ts";
import type { Folder, FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import type { ForeignHistory, ForeignTable } from "./history.ts";
import { addDuplicate, migrationFile, readSql } from "./sql-file.ts";
import { hasColumns, tablesNamed, tableOf } from "./tables-named.ts";
import { readTernConf } from "./tern/conf.ts";
import { evaluateTemplates, type TemplateContext } from "./tern/template.ts";

/** Its own expressions; the marker also where lines end with CRLF, which tern does not see. */
const NAME = /^(\d+)_.+\.sql$/;
const SEPARATOR = "---- create above / drop below ----";
const DISABLE_TX = /^---- tern: disable-tx ----\r?$/m;
const LOCK = 9_628_173_550_095_224n;

export const tern: Format = {
  id: "tern",
  title: "tern",
  order: "version",
  // It only ever goes from its one version to the next.
  outOfOrder: "refuse",
  detect,
  read,
  history: history(),
};

function detect(folder: Folder): Evidence | undefined {
  const { files } = folder.list();
  if (files.some(({ name }) => name === "tern.conf")) {
    return { strength: "sure", sign: "`tern.conf`" };
  }
  for (const file of files) {
    if (!NAME.test(file.name)) continue;
    const text = folder.text(file);
    const mark = text.includes(SEPARATOR) ? SEPARATOR : DISABLE_TX.exec(text)?.[0].trimEnd();
    if (mark !== undefined) return { strength: "sure", sign: `\`${mark}\` in \`${file.name}\`` };
  }
  return undefined;
}

function read(input: ReadInput): Migration[] {
  const { folder, problems, placeholders } = input;
  const found = new Map<string, FolderFile>();
  for (const file of folder.list().files) {
    const version = parseVersion(NAME.exec(file.name)?.[1] ?? "");
    if (version === undefined) continue;
    const before = found.get(version);
    if (before === undefined) found.set(version, file);
    else {
      addDuplicate(problems, before, file, version, "the next free number");
    }
  }
  const versions = [...found.keys()].toSorted((a, b) =>
    compareVersions(a as Version, b as Version),
  );
  checkSequence(versions, found, input);
  const context: TemplateContext = {
    values: { ...confValues(input), ...placeholders },
    include: (path) => {
      const file = path.includes("/") ? folder.file(path) : undefined;
      const bytes = file && readSql(folder, file, problems);
      return file && bytes && { path: file.path, bytes };
    },
  };
  return versions.flatMap((version) => {
    const migration = readFile(version as Version, found.get(version)!, input, context);
    return migration ? [migration] : [];
  });
}

/** tern refuses a gap too: its history is one number, which says nothing about what is below it. */
function checkSequence(
  versions: readonly string[],
  found: ReadonlyMap<string, FolderFile>,
  { problems }: ReadInput,
): void {
  const at = versions.findIndex((version, index) => version !== String(index + 1));
  if (at < 0) return;
  const { path } = found.get(versions[at]!)!;
  problems.addFile(
    "file.invalid",
    path,
    `Number ${at + 1} is missing before \`${path}\`: tern's numbers go from 1 on without a gap.`,
    `Restore the file of number ${at + 1}, or give \`${path}\` that number where it is not applied yet.`,
  );
}

function readFile(
  version: Version,
  file: FolderFile,
  { folder, problems }: ReadInput,
  context: TemplateContext,
): Migration | undefined {
  const bytes = readSql(folder, file, problems);
  if (bytes === undefined) return undefined;
  const at = bytes.indexOf(SEPARATOR);
  const section = (start: number, end: number): MigrationFile | undefined => {
    const text = bytes.toString("utf8", start, end);
    if (text.trim() === "") return undefined;
    const reading: Reading = {
      range: { start, end },
      ...(DISABLE_TX.test(text) && { transaction: "statement" }),
      ...(text.includes("{{") && {
        rewrite: (whole, pieces, locate) =>
          evaluateTemplates({ path: file.path, bytes: whole }, pieces, locate, context),
      }),
    };
    return migrationFile(file, bytes, reading);
  };
  const up = section(0, at < 0 ? bytes.length : at);
  if (up === undefined || onlyComments(bytes.toString("utf8", 0, at < 0 ? undefined : at))) {
    problems.addFile(
      "file.invalid",
      file.path,
      `\`${file.path}\` has no SQL${at < 0 ? "" : ` above \`${SEPARATOR}\``}, and tern refuses such a file.`,
      "Write the SQL, or `select 1;` where there is nothing to do.",
    );
    return undefined;
  }
  const down = at < 0 ? undefined : section(at + SEPARATOR.length, bytes.length);
  const id = file.name.slice(0, -".sql".length);
  return {
    kind: "versioned",
    language: "sql",
    version,
    name: id.replace(/^\d+_/, ""),
    id,
    up,
    ...(down && { down }),
    theirs: { key: version },
  };
}

function onlyComments(text: string): boolean {
  return text.split("\n").every((line) => line.trim() === "" || line.trim().startsWith("--"));
}

/** The `[data]` of `tern.conf` beside the files or one folder above. */
function confValues({ folder, problems, env, cwd }: ReadInput): Record<string, string> {
  const values: Record<string, string> = {};
  for (const place of folder.roots.flatMap((root) => [dirname(root), root])) {
    const path = join(place, "tern.conf");
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch {
      continue;
    }
    Object.assign(values, readTernConf(text, showPath(path, cwd), env, problems));
  }
  return values;
}

function history(): ForeignHistory {
  const update = (table: ForeignTable, version: string) => [
    { text: `update ${tableOf(table)} set version = $1::pg_catalog.int4`, values: [version] },
  ];
  return {
    defaultTable: { schema: "public", name: "schema_version" },
    async find(db) {
      const tables = await tablesNamed(db, "schema_version");
      return tables.filter(
        (table) => hasColumns(table, "version") && table.columns["version"] === "integer",
      );
    },
    async read(db, table) {
      const rows = await db.query(
        `select version::pg_catalog.text as version from ${tableOf(table)} where version <> 0 order by 1`,
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
      const newest = rows.at(-1);
      if (newest === undefined) return [];
      const below = migrations.filter(
        ({ version }) => compareVersions(version!, newest.key as Version) < 0,
      );
      return [...below.map(({ theirs }) => ({ ...newest, key: theirs!.key })), newest];
    },
    locks: () => Promise.resolve([{ kind: "advisory", key: LOCK }]),
    create: (table) => [
      `create table if not exists ${tableOf(table)} (version int4 not null)`,
      `insert into ${tableOf(table)} (version) select 0 where not exists (select from ${tableOf(table)})`,
    ],
    view: (rows) =>
      `select pg_catalog.max(m.version::pg_catalog.int4) as version from ${rows} m where m.kind = 'versioned'`,
    record: (table, { theirs }) => update(table, theirs!.key),
    forget: (table, _migration, before) => update(table, before?.theirs!.key ?? "0"),
  };
}
