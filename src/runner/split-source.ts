/** The migration that somebody named by its file. */
import { basename, resolve } from "node:path";
import { Failure } from "../failures/failure.ts";
import type { Migration } from "../migrations/migration.ts";

export interface SplitSource {
  readonly migration: Migration;
  /** The version as written in the file name. */
  readonly digits: string;
  /** What stands before the file name in its path, with the separator. */
  readonly folder: string;
  /** `.sql` or `.up.sql`. */
  readonly ending: string;
}

/** By path, by file name, by id or by version. Throws a usage Failure for what cannot be split. */
export function findSqlFile(migrations: readonly Migration[], file: string): SplitSource {
  const isFile = ({ path, absolutePath }: Migration["up"]): boolean =>
    path === file || absolutePath === resolve(file) || basename(path) === file;
  const migration = migrations.find(
    ({ up, id, version }) => isFile(up) || id === file || version === file,
  );
  if (migration === undefined) {
    if (migrations.some(({ down }) => down !== undefined && isFile(down))) {
      throw wrong(`\`${file}\` is a down migration.`, "Name the file of the migration itself.");
    }
    throw wrong(`\`${file}\` is not a migration of this project.`, "Name a file of the folder.");
  }
  const { path } = migration.up;
  if (migration.language !== "sql") {
    throw wrong(`\`${path}\` is a module, and only SQL files are split.`, "Divide it by hand.");
  }
  if (migration.version === undefined) {
    throw wrong(
      `\`${path}\` is repeatable, and only versioned files are split.`,
      "Make two repeatables of it by hand, or a versioned migration.",
    );
  }
  const name = basename(path);
  return {
    migration,
    digits: /^[0-9]+/.exec(name)?.[0] ?? migration.version,
    folder: path.slice(0, path.length - name.length),
    ending: /(?:\.up)?\.sql$/i.exec(name)?.[0] ?? ".sql",
  };
}

function wrong(what: string, action: string): Failure {
  return new Failure({ class: "usage", what, action });
}
