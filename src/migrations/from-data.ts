/**
 * Migrations given as data, for bundles and serverless functions that have no folder at run time.
 * The same names, the same checks and the same checksums as for files.
 */
import { assemble, type FoundFile } from "./assemble.ts";
import { checksumOf } from "./checksum.ts";
import { readFileName } from "./file-name.ts";
import type { Checksum, Migration, MigrationModule } from "./migration.ts";
import { Problems } from "./problems.ts";

export interface MigrationData {
  /** The file name, as it would be in a folder; a path before it is only shown. */
  readonly name: string;
  readonly sql?: string;
  /** SQL that takes `sql` back. */
  readonly down?: string;
  readonly module?: MigrationModule;
  /**
   * For modules: the checksum that the file has, where the bundle should agree with a run from the
   * folder. Without it only the name counts, because each build of a bundler rewrites the code.
   */
  readonly checksum?: string;
}

/** Sorted like `readMigrations`. */
export function migrationsFromData(data: readonly MigrationData[]): Migration[] {
  const problems = new Problems();
  const files: FoundFile[] = [];
  for (const item of data) files.push(...readItem(item, problems));
  const migrations = assemble(files, problems);
  problems.throwIfAny();
  return migrations;
}

function readItem(item: MigrationData, problems: Problems): FoundFile[] {
  const path = item.name;
  const fileName = readFileName(
    path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1),
  );
  if (fileName.kind === "ignored" || fileName.kind === "wrong") {
    const why = fileName.kind === "wrong" ? fileName.why : "It has no known ending.";
    problems.addWrongName(path, why);
    return [];
  }
  const isModule = fileName.kind !== "repeatable" && fileName.language === "module";
  const mistake = findMistake(item, isModule, fileName.kind);
  if (mistake) {
    problems.addFile("file.invalid", path, `\`${path}\` ${mistake[0]}.`, mistake[1]);
    return [];
  }
  if (isModule && item.module) {
    const checksum = (item.checksum ?? checksumOf(Buffer.from(fileName.id))) as Checksum;
    return [{ fileName, path, bytes: Buffer.alloc(0), checksum, module: item.module }];
  }
  const up: FoundFile = { fileName, path, bytes: Buffer.from(item.sql ?? "") };
  if (item.down === undefined || fileName.kind === "repeatable") return [up];
  return [
    up,
    {
      fileName: { ...fileName, kind: "down" },
      path: path.replace(/(\.up)?\.sql$/i, ".down.sql"),
      bytes: Buffer.from(item.down),
    },
  ];
}

/** What is wrong and what to do, where the fields do not fit the name. */
function findMistake(
  item: MigrationData,
  isModule: boolean,
  kind: "up" | "down" | "repeatable",
): readonly [string, string] | undefined {
  if (isModule) {
    if (item.module === undefined)
      return ["has no `module`", "Give the module's exports as `module`."];
    if (typeof item.module.up !== "function") {
      return ["has a `module` without a function `up`", "Give an object with `up` as `module`."];
    }
    if (item.sql !== undefined || item.down !== undefined) {
      return ["has both `module` and SQL", "Give one of them; a module has its own `down`."];
    }
    if (item.checksum !== undefined && !/^[0-9a-f]{64}$/.test(item.checksum)) {
      return ["has a `checksum` that is not SHA-256 in hex", "Give 64 lower-case hex digits."];
    }
    return undefined;
  }
  if (item.module !== undefined) {
    return ["has a `module` and the name of a SQL file", "Name it `<digits>_<name>.ts`."];
  }
  if (typeof item.sql !== "string") return ["has no `sql`", "Give the text of the file as `sql`."];
  if (item.down !== undefined && kind !== "up") {
    return ["cannot have a `down`", "Give `down` beside the `sql` of a versioned migration."];
  }
  return undefined;
}
