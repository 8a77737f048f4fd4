/**
 * dbmate: one file per migration with `-- migrate:up` and `-- migrate:down`, ordered by file name,
 * named in the history by the digits at the beginning. The option `transaction:false` runs a
 * section without a transaction.
 */
import type { Migration, Reading, Version } from "../migrations/migration.ts";
import type { FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import type { ForeignHistory } from "./history.ts";
import { addDuplicate, migrationFile, readSql, within } from "./sql-file.ts";
import { hasColumns, tablesNamed, tableOf } from "./tables-named.ts";

/** Its own expressions. */
const NAME = /^(\d+).*\.sql$/;
const MARKER = /^--\s*migrate:(up|down)(\s*$|\s+\S+.*)/gm;

export const dbmate: Format = {
  id: "dbmate",
  title: "dbmate",
  // By the whole name as text, so that `9_b` comes after `10_a`.
  order: "list",
  // It applies every version that is not recorded, whatever comes after it.
  outOfOrder: "allow",
  detect(folder): Evidence | undefined {
    for (const file of folder.list().files) {
      if (!NAME.test(file.name)) continue;
      const marker = /^--\s*migrate:(?:up|down)/m.exec(folder.text(file));
      if (marker) return { strength: "sure", sign: `\`${marker[0]}\` in \`${file.name}\`` };
    }
    return undefined;
  },
  read,
  newFiles: ({ version, slug }) => [
    { path: `${version}_${slug}.sql`, content: "-- migrate:up\n\n\n-- migrate:down\n\n" },
  ],
  command: ({ dir, url }) =>
    `dbmate --url "${url}?sslmode=disable" --migrations-dir ${JSON.stringify(dir)} --no-dump-schema up`,
  history: history(),
};

function read({ folder, problems }: ReadInput): Migration[] {
  const migrations: Migration[] = [];
  const versions = new Map<string, FolderFile>();
  // By the whole name as text: `10_a` comes before `9_b`, as it does in dbmate.
  const files = folder.list().files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const file of files) {
    const version = NAME.exec(file.name)?.[1];
    if (version === undefined) continue;
    const before = versions.get(version);
    if (before !== undefined) {
      addDuplicate(problems, before, file, version);
      continue;
    }
    versions.set(version, file);
    const bytes = readSql(folder, file, problems);
    if (bytes === undefined) continue;
    const { above, up, down } = sectionsOf(bytes);
    if (up === undefined) {
      problems.addFile(
        "file.invalid",
        file.path,
        `\`${file.path}\` has no \`-- migrate:up\`.`,
        "Write `-- migrate:up` on a line of its own above the SQL.",
      );
      continue;
    }
    // dbmate refuses it, too: no section is what it belongs to.
    if (/\S/.test(above.replace(/--.*|\/\*[^]*?\*\//g, ""))) {
      problems.addFile(
        "file.invalid",
        file.path,
        `\`${file.path}\` has SQL above \`-- migrate:up\`, which would not be run.`,
        "Move it below that line.",
      );
      continue;
    }
    const id = file.name.slice(0, -".sql".length);
    migrations.push({
      kind: "versioned",
      language: "sql",
      version: version as Version,
      name: id.slice(version.length).replace(/^_/, ""),
      id,
      up: migrationFile(file, bytes, up),
      ...(down && { down: migrationFile(file, bytes, down) }),
      theirs: { key: version },
    });
  }
  return migrations;
}

interface Section {
  readonly direction: "up" | "down";
  readonly reading: Reading;
}

/**
 * A file may have several pairs of sections; dbmate applies the first and loses the others. Here the
 * sections of one direction are one text, in their order: for `down`, too, as they are written.
 */
function sectionsOf(bytes: Buffer): { above: string; up?: Reading; down?: Reading } {
  // Latin-1, so that an index into the text is a byte offset.
  const text = bytes.toString("latin1");
  const marks = [...text.matchAll(MARKER)];
  const sections = marks.map((mark, index): Section => {
    const start = mark.index + mark[0].length;
    const end = marks[index + 1]?.index ?? bytes.length;
    const alone = /\btransaction:false\b/.test(mark[2] ?? "");
    return {
      direction: mark[1] as Section["direction"],
      reading: { range: { start, end }, ...(alone && { transaction: "statement" }) },
    };
  });
  const up = joined(sections.filter(({ direction }) => direction === "up"));
  const down = joined(sections.filter(({ direction }) => direction === "down"));
  const above = text.slice(0, marks[0]?.index).replace(/^\xef\xbb\xbf/, "");
  return { above, ...(up && { up }), ...(down && { down }) };
}

function joined(sections: readonly Section[]): Reading | undefined {
  const [first, ...rest] = sections.map(({ reading }) => reading);
  if (first === undefined || rest.length === 0) return first;
  const ranges = [first, ...rest].map(({ range }) => range!);
  const alone = [first, ...rest].some(({ transaction }) => transaction !== undefined);
  return {
    range: { start: ranges[0]!.start, end: ranges.at(-1)!.end },
    rewrite: (_file, pieces) =>
      pieces.flatMap((piece) => ranges.flatMap((range) => within(piece, range))),
    ...(alone && { transaction: "statement" }),
  };
}

function history(): ForeignHistory {
  return {
    defaultTable: { schema: "public", name: "schema_migrations" },
    async find(db) {
      const tables = await tablesNamed(db, "schema_migrations");
      return tables.filter(
        (table) =>
          hasColumns(table, "version") &&
          table.columns["version"]?.startsWith("character varying") &&
          // Rails has the same table, and always this one beside it.
          !table.neighbours.includes("ar_internal_metadata"),
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
    // It takes no lock.
    locks: () => Promise.resolve([]),
    create: (table) => [
      `create table if not exists ${tableOf(table)} (version varchar(128) primary key)`,
    ],
    view: (rows) => `select m.version::pg_catalog.varchar as version from ${rows} m`,
    record: (table, { theirs }) => [
      { text: `insert into ${tableOf(table)} (version) values ($1)`, values: [theirs!.key] },
    ],
    forget: (table, { theirs }) => [
      { text: `delete from ${tableOf(table)} where version = $1`, values: [theirs!.key] },
    ],
  };
}
