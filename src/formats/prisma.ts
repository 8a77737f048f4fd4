/**
 * Prisma Migrate 7 and older: `<timestamp>_<name>/migration.sql` beside `migration_lock.toml`. A
 * file has no markers. Since 7.4 each of its statements commits by itself where Prisma's splitter
 * can read them, before that the file was one transaction: here it is one where the statements
 * allow it, and is divided where they do not.
 */
import type { Migration, Version } from "../migrations/migration.ts";
import type { Problems } from "../migrations/problems.ts";
import type { Folder, FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { checksumsOf, prismaHistory } from "./prisma-history.ts";
import { migrationFile, readSql } from "./sql-file.ts";

const LOCK = "migration_lock.toml";
/** `prisma/` itself may be named, or the folder of a schema in several files. */
const PLACES = ["", "migrations", "schema/migrations", "prisma/migrations"];
/** So many folders are looked into for a `migration.sql`; other tools may have thousands of folders. */
const LOOKED_INTO = 10;

export const prisma: Format = {
  id: "prisma",
  title: "Prisma Migrate",
  // By the whole name as text.
  order: "list",
  // It applies every folder that is not recorded, whatever comes after it.
  outOfOrder: "allow",
  detect(folder): Evidence | undefined {
    for (const place of PLACES) {
      const lock = join(place, LOCK);
      if (folder.file(lock)) return { strength: "sure", sign: `\`${lock}\`` };
    }
    for (const place of PLACES) {
      const script = someScript(folder, place);
      if (script) return { strength: "name", sign: `the name \`${script.relativePath}\`` };
    }
    return undefined;
  },
  read,
  newFiles: ({ version, slug }) => [{ path: `${version}_${slug}/migration.sql`, content: "" }],
  history: prismaHistory(),
};

/** Drizzle has a `migration.sql` in each folder, too, and always a snapshot beside it. */
function someScript(folder: Folder, place: string): FolderFile | undefined {
  for (const one of folder.list(place).folders.slice(0, LOOKED_INTO)) {
    const { files } = folder.list(one);
    const script = files.find(({ name }) => name === "migration.sql");
    if (script && !files.some(({ name }) => name === "snapshot.json")) return script;
  }
  return undefined;
}

function read({ folder, problems }: ReadInput): Migration[] {
  const place =
    PLACES.find((one) => folder.file(join(one, LOCK))) ??
    PLACES.find((one) => someScript(folder, one)) ??
    "";
  checkProvider(folder, folder.file(join(place, LOCK)), problems);
  // Prisma compares names with `localeCompare`: `20240101_x` comes before `20240101000000_x`. A
  // fixed locale, so that the order is the same on every machine.
  const { compare } = new Intl.Collator("en");
  const folders = folder.list(place).folders.toSorted((a, b) => compare(a, b) || (a < b ? -1 : 1));
  return folders.flatMap((one) => {
    const migration = readFolder(folder, one, problems);
    return migration ? [migration] : [];
  });
}

function readFolder(folder: Folder, path: string, problems: Problems): Migration | undefined {
  const { files, folders } = folder.list(path);
  // git keeps no empty folders: what is left of a migration that another branch has.
  if (files.length === 0 && folders.length === 0) return undefined;
  const [script, double] = files.filter(({ name }) => name === "migration.sql");
  const id = path.slice(path.lastIndexOf("/") + 1);
  if (script === undefined) {
    const shown = files[0]?.path.slice(0, -files[0].name.length - 1) ?? path;
    problems.addFile(
      "file.invalid",
      shown,
      `The folder \`${shown}\` has no file \`migration.sql\`.`,
      "Restore the file, or move the folder out of the migrations.",
    );
    return undefined;
  }
  if (double !== undefined) {
    problems.addFile(
      "file.duplicate",
      double.path,
      `\`${script.path}\` and \`${double.path}\` are both the migration \`${id}\`.`,
      "Give the one that is not applied anywhere yet another name.",
    );
    return undefined;
  }
  const bytes = readSql(folder, script, problems);
  if (bytes === undefined) return undefined;
  // Prisma has no down migrations; its guide writes them to this file.
  const down = files.find(({ name }) => name === "down.sql");
  const downBytes = down && readSql(folder, down, problems);
  return {
    kind: "versioned",
    language: "sql",
    version: id as Version,
    name: id.replace(/^\d+_/, ""),
    id,
    up: migrationFile(script, bytes),
    ...(downBytes && { down: migrationFile(down, downBytes) }),
    theirs: { key: id, checksums: () => checksumsOf(bytes) },
  };
}

/** Without a lock file Prisma takes the provider of the schema. */
function checkProvider(folder: Folder, lock: FolderFile | undefined, problems: Problems): void {
  if (lock === undefined) return;
  const provider = /^\s*provider\s*=\s*["']?([^"'\s#]+)/m.exec(folder.text(lock))?.[1];
  if (provider === "postgresql" || provider === "postgres") return;
  problems.addFile(
    "file.invalid",
    lock.path,
    provider === undefined
      ? `\`${lock.path}\` names no provider.`
      : `\`${lock.path}\` says that these migrations are for \`${provider}\`.`,
    provider === undefined
      ? 'Restore it: `provider = "postgresql"`.'
      : "Name the folder of migrations that were made for PostgreSQL.",
  );
}

function join(place: string, name: string): string {
  return place === "" ? name : `${place}/${name}`;
}
