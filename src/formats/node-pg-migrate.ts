/**
 * node-pg-migrate: SQL files with `-- Up Migration` and `-- Down Migration`, pairs of `.up.sql` and
 * `.down.sql`, and modules whose `up(pgm)` writes SQL with a builder. Ordered by the number in front
 * of the name, and named in the history by the name without its ending.
 */
import { createModuleHasher } from "../migrations/module-checksum.ts";
import { showPath } from "../migrations/discover.ts";
import { Failure } from "../failures/failure.ts";
import type { Migration, MigrationFile, Reading, Version } from "../migrations/migration.ts";
import type { FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { migrationFile, readSql } from "./sql-file.ts";
import {
  baseName,
  comparePrefixed,
  isModuleName,
  prefixOf,
  SQL,
} from "./node-pg-migrate/file-names.ts";
import { generateSql, type Module } from "./node-pg-migrate/generate.ts";
import { history } from "./node-pg-migrate/history.ts";

const UP = ".up.sql";
const MARKER = { up: /^\s*--[\s-]*up\s+migration/im, down: /^\s*--[\s-]*down\s+migration/im };
/** What its own templates write, and what a builder with its usual name looks like. */
const MODULE_SIGN = /\bnode-pg-migrate\b|\(\s*pgm\b|\bpgm\s*=>/;

export const nodePgMigrate: Format = {
  id: "node-pg-migrate",
  title: "node-pg-migrate",
  // By number, whatever its digits mean, and then by name.
  order: "list",
  // It refuses to run a file below one that has run.
  outOfOrder: "refuse",
  detect(folder): Evidence | undefined {
    for (const file of folder.list().files) {
      const isSql = file.name.endsWith(SQL);
      if (prefixOf(file.name) === undefined || !(isSql || isModuleName(file.name))) continue;
      const sign = (isSql ? MARKER.up : MODULE_SIGN).exec(folder.text(file));
      if (sign) return { strength: "sure", sign: `\`${sign[0].trim()}\` in \`${file.name}\`` };
    }
    return undefined;
  },
  read,
  // A timestamp of 14 digits would be a number above all of its own; with 17 it is a time.
  newFiles: ({ version, slug }) => [
    {
      path: `${version.length === 14 ? `${version}000` : version}_${slug}.sql`,
      content: "-- Up Migration\n\n\n-- Down Migration\n\n",
    },
  ],
  command: ({ dir, url }) =>
    `DATABASE_URL="${url}" node-pg-migrate up --migrations-dir ${JSON.stringify(dir)}`,
  history,
};

/** The files of one migration. */
interface Unit {
  readonly name: string;
  readonly file: FolderFile;
  readonly down?: FolderFile;
}

function read(input: ReadInput): Migration[] {
  const { folder, problems, cwd } = input;
  const hasher = createModuleHasher((path) => showPath(path, cwd));
  const modules: Module[] = [];
  const migrations: Migration[] = [];
  for (const unit of units(input)) {
    const { name, file } = unit;
    if (!file.name.endsWith(SQL)) {
      const bytes = folder.read(file, problems);
      if (bytes === undefined) continue;
      const module = { id: name, file, bytes };
      const earlier = modules.slice();
      modules.push(module);
      try {
        const checksum = hasher.checksumOfModule(file.absolutePath, bytes);
        const { path, absolutePath } = file;
        const of = (direction: "up" | "down"): MigrationFile => ({
          path,
          absolutePath,
          bytes,
          checksum,
          reading: { generate: () => generateSql(module, earlier, direction) },
        });
        migrations.push({ ...base(name), up: of("up"), down: of("down") });
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        problems.add(error);
      }
      continue;
    }
    const bytes = readSql(folder, file, problems);
    if (bytes === undefined) continue;
    if (unit.down !== undefined || file.name.endsWith(UP)) {
      const downBytes = unit.down && readSql(folder, unit.down, problems);
      const down = unit.down && downBytes && migrationFile(unit.down, downBytes);
      migrations.push({ ...base(name), up: migrationFile(file, bytes), ...(down && { down }) });
      continue;
    }
    const { up, down } = sectionsOf(bytes);
    if (up === undefined) {
      problems.addFile(
        "file.invalid",
        file.path,
        `\`${file.path}\` has \`-- Down Migration\` and no \`-- Up Migration\`, so that its SQL for down would run as a part of up.`,
        "Write `-- Up Migration` on a line of its own above the SQL for up.",
      );
      continue;
    }
    migrations.push({
      ...base(name),
      up: migrationFile(file, bytes, up),
      ...(down && { down: migrationFile(file, bytes, down) }),
    });
  }
  return migrations;
}

function base(name: string): Omit<Migration, "up"> {
  return {
    kind: "versioned",
    language: "sql",
    version: name as Version,
    name: name.replace(/^\d+[-_]*/, ""),
    id: name,
    theirs: { key: name },
  };
}

/** In its order; what is neither SQL nor a module is no migration that the tool could run. */
function units({ folder, problems }: ReadInput): Unit[] {
  const found = new Map<string, { name: string; file?: FolderFile; down?: FolderFile }>();
  for (const file of folder.list().files) {
    const pair = /^(.*)\.(up|down)\.sql$/.exec(file.name);
    if (pair === null && !file.name.endsWith(SQL) && !isModuleName(file.name)) continue;
    if (prefixOf(file.name) === undefined) {
      problems.addFile(
        "file.invalid",
        file.path,
        `\`${file.path}\` does not begin with a number, and node-pg-migrate refuses a folder with such a file.`,
        "Rename it to `<number>_<name>`, or move it out of the folder.",
      );
      continue;
    }
    const name = pair?.[1] ?? baseName(file.name);
    const unit = found.get(name) ?? { name };
    found.set(name, unit);
    const field = pair?.[2] === "down" ? "down" : "file";
    const before = unit[field];
    if (before === undefined) unit[field] = file;
    else {
      problems.addFile(
        "file.duplicate",
        file.path,
        `\`${before.path}\` and \`${file.path}\` are both the migration \`${name}\`.`,
        "Remove one of them, or give the one that is not applied anywhere yet another name.",
      );
    }
  }
  const all = [...found.values()].flatMap(({ name, file, down }): Unit[] => {
    if (file !== undefined && (down === undefined || file.name.endsWith(UP))) {
      return [{ name, file, ...(down && { down }) }];
    }
    problems.addFile(
      "file.invalid",
      down!.path,
      `\`${down!.path}\` has no \`${name}.up.sql\` beside it.`,
      "Add the file for up, or move this one out of the folder.",
    );
    return [];
  });
  // The ending counts, too: `1_ab.js` comes before `1_a.js`. A pair is one file without its direction.
  const fileName = ({ name, file }: Unit): string =>
    file.name.endsWith(UP) ? `${name}${SQL}` : file.name;
  return all.toSorted((a, b) => comparePrefixed(fileName(a), fileName(b)));
}

/**
 * The part from a marker to the other one or to the end. Without any marker all of it is up; `up` is
 * undefined where only down is marked, which the tool would run both.
 */
function sectionsOf(bytes: Buffer): { up?: Reading; down?: Reading } {
  const text = bytes.toString("utf8");
  const upAt = text.search(MARKER.up);
  const downAt = text.search(MARKER.down);
  if (upAt === -1) return downAt === -1 ? { up: {} } : {};
  const range = (start: number, other: number): Reading => ({
    range: {
      start: Buffer.byteLength(text.slice(0, start)),
      end: other > start ? Buffer.byteLength(text.slice(0, other)) : bytes.length,
    },
  });
  return {
    up: range(upAt, downAt),
    ...(downAt !== -1 && { down: range(downAt, upAt) }),
  };
}
