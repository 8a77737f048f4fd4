/**
 * Knex: modules that export `up(knex)` and `down(knex)`, ordered by file name. They run on the
 * project's own `knex`, whose queries go through our session; see knex/run.ts.
 */
import { createModuleHasher } from "../migrations/module-checksum.ts";
import { showPath } from "../migrations/discover.ts";
import type { ForeignContext, Migration, MigrationFile, Version } from "../migrations/migration.ts";
import { Failure } from "../failures/failure.ts";
import type { FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { knexHistory } from "./knex/history.ts";
import { generateSql, runOn } from "./knex/run.ts";
import { readSql } from "./sql-file.ts";

const MODULE = /\.[cm]?[jt]s$/;
const DECLARATION = /\.d\.[cm]?ts$/;
/** Languages that Knex loads with the help of other packages. */
const OTHER = /\.(?:co|coffee|eg|iced|litcoffee|ls)$/;
/** `up` with a Knex, by name or by type; a module of ours may import the package as well. */
const SIGN =
  /\bup\b[^{;]{0,60}\(\s*_?knex\b|\bup\b[^{;]{0,60}\(\s*\w+\s*:\s*Knex\b|\bup\s*=\s*(?:async\s+)?knex\s*=>|\bimport\(\s*["']knex["']\s*\)\.Knex\b/i;
/** `exports.config = { transaction: false }`, the only form that can be seen without running it. */
const NO_TRANSACTION = /\bconfig\b[^;{}()\n]*=\s*\{[^{}]*\btransaction["']?\s*:\s*false\b/;

export const knex: Format = {
  id: "knex",
  title: "Knex",
  // By the whole name as text.
  order: "list",
  // It applies every file that is not recorded, whatever comes after it.
  outOfOrder: "allow",
  detect(folder): Evidence | undefined {
    for (const file of folder.list().files) {
      if (!MODULE.test(file.name) || DECLARATION.test(file.name)) continue;
      const sign = SIGN.exec(folder.text(file));
      const text = sign?.[0].replace(/\s+/g, " ");
      if (text !== undefined) return { strength: "sure", sign: `\`${text}\` in \`${file.name}\`` };
    }
    return undefined;
  },
  read,
  history: knexHistory,
};

function read({ folder, problems, env }: ReadInput): Migration[] {
  const hasher = createModuleHasher((path) => showPath(path, folder.roots[0]!));
  const migrations: Migration[] = [];
  const ids = new Map<string, FolderFile>();
  // Knex sorts by code units, the files of several folders together.
  const files = folder.list().files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const file of files) {
    if (OTHER.test(file.name)) {
      problems.addFile(
        "file.invalid",
        file.path,
        `\`${file.path}\` is in a language that only Knex loads.`,
        "Put the JavaScript that its compiler makes in its place.",
      );
    }
    if (!MODULE.test(file.name) || DECLARATION.test(file.name)) continue;
    const id = file.name.replace(MODULE, "");
    const before = ids.get(id);
    if (before !== undefined) {
      problems.addFile(
        "file.duplicate",
        file.path,
        `\`${before.path}\` and \`${file.path}\` are the same migration in two languages.`,
        "Keep one of them in the folder: the source, or what is compiled from it.",
      );
      continue;
    }
    ids.set(id, file);
    const bytes = readSql(folder, file, problems);
    if (bytes === undefined) continue;
    try {
      migrations.push(
        toMigration(id, file, bytes, hasher.checksumOfModule(file.absolutePath, bytes), env),
      );
    } catch (cause) {
      if (!(cause instanceof Failure)) throw cause;
      problems.add(cause);
    }
  }
  return migrations;
}

function toMigration(
  id: string,
  { name, path, absolutePath }: FolderFile,
  bytes: Buffer,
  checksum: MigrationFile["checksum"],
  env: NodeJS.ProcessEnv,
): Migration {
  const base = {
    kind: "versioned" as const,
    version: id as Version,
    name: id.replace(/^[0-9]+_/, ""),
    id,
    theirs: { key: name },
  };
  const file = { path, absolutePath, bytes, checksum };
  if (!NO_TRANSACTION.test(bytes.toString("utf8"))) {
    return {
      ...base,
      language: "module",
      up: file,
      module: {
        up: (db) => runOn(file, "up", db as ForeignContext, env),
        down: (db) => runOn(file, "down", db as ForeignContext, env),
      },
    };
  }
  const sqlOf = (direction: "up" | "down"): MigrationFile => ({
    ...file,
    reading: { transaction: "statement", generate: () => generateSql(file, direction, env) },
  });
  return { ...base, language: "sql", up: sqlOf("up"), down: sqlOf("down") };
}
