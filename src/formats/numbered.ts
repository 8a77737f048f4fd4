/**
 * Plain numbered files, run by nothing but psql in a loop: `1.sql`, `001-init.sql`, `1.0.0-a.sql`,
 * `V001.sql`, or a numbered folder with one file. The numbers at the beginning say the order; among
 * equal ones the rest of the name does. Nobody keeps a history of them.
 */
import { readFileName } from "../migrations/file-name.ts";
import type { Migration, Version } from "../migrations/migration.ts";
import type { Problems } from "../migrations/problems.ts";
import { compareVersions } from "../migrations/version.ts";
import type { Folder, FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { migrationFile, readSql } from "./sql-file.ts";

/** The stem of a file, or the name of a folder. */
const STEM = /^[Vv]?(\d+(?:\.\d+)*)[-_. ]*(.*)$/;
const SQL = /^(.*?)(\.up|\.down)?\.sql$/i;
/** Names of dumps of a whole schema, which stand beside the migrations in many projects. */
const DUMPS = /^(?:schema|structure|dump)\.sql$/i;
/** Names of Flyway and postgrator. */
const TAKEN = /^[VUB]\d[\d._]*__|^\d+\.(?:do|undo)\./;

export const numbered: Format = {
  id: "numbered",
  title: "plain numbered files",
  // By the numbers, and by the name among equal ones.
  order: "list",
  outOfOrder: "refuse",
  detect(folder): Evidence | undefined {
    const names = folder.list().files.map(({ name }) => name);
    // One name of ours is enough: then the others are mistakes, and are named as such.
    if (names.some((name) => !["wrong", "ignored"].includes(readFileName(name).kind))) {
      return undefined;
    }
    const isOne = (name: string): boolean => !TAKEN.test(name) && stemOf(name) !== undefined;
    const file = names.find(isOne);
    if (file !== undefined) return { strength: "name", sign: `the name \`${file}\`` };
    const inFolder = folder.list().folders.find((name) => oneIn(folder, name) !== undefined);
    return inFolder === undefined
      ? undefined
      : { strength: "name", sign: `the folder \`${inFolder}\`` };
  },
  read,
};

interface Stem {
  readonly stem: string;
  readonly direction: "up" | "down";
}

function stemOf(fileName: string): Stem | undefined {
  const match = SQL.exec(fileName);
  if (match === null || !STEM.test(match[1]!)) return undefined;
  return {
    stem: match[1]!,
    direction: match[2]?.toLowerCase() === ".down" ? "down" : "up",
  };
}

interface Pair {
  /** As it is on disk. */
  readonly id: string;
  up?: FolderFile;
  down?: FolderFile;
}

function read({ folder, problems }: ReadInput): Migration[] {
  const pairs = new Map<string, Pair>();
  const add = ({ stem, direction }: Stem, file: FolderFile): void => {
    const version = stem.replace(/^[Vv]/, "");
    const pair = pairs.get(version) ?? { id: stem };
    pairs.set(version, pair);
    const before = pair[direction];
    if (before === undefined) pair[direction] = file;
    else {
      problems.addFile(
        "file.duplicate",
        file.path,
        `\`${before.path}\` and \`${file.path}\` are both the migration \`${stem}\`.`,
        "Rename one of them, or move it out of the folder.",
      );
    }
  };
  const { files, folders } = folder.list();
  for (const file of files) {
    const stem = stemOf(file.name);
    if (stem) add(stem, file);
    else if (/\.sql$/i.test(file.name) && !DUMPS.test(file.name)) refuseName(file, problems);
  }
  for (const name of folders) {
    if (!STEM.test(name)) continue;
    const file = oneIn(folder, name);
    if (file) add({ stem: name, direction: "up" }, file);
    else refuseFolder(folder, name, problems);
  }
  const migrations: Migration[] = [];
  for (const [version, pair] of pairs) {
    const migration = migrationOf(version as Version, pair, { folder, problems });
    if (migration) migrations.push(migration);
  }
  return migrations.toSorted(byNumbers);
}

function byNumbers(a: Migration, b: Migration): number {
  // `01` and `1` are one number.
  const numbers = ({ version }: Migration): Version =>
    STEM.exec(version!)![1]!.replaceAll(/\b0+(?=\d)/g, "") as Version;
  const left = numbers(a);
  const right = numbers(b);
  return left === right ? (a.version! < b.version! ? -1 : 1) : compareVersions(left, right);
}

function migrationOf(
  version: Version,
  { id, up, down }: Pair,
  { folder, problems }: Pick<ReadInput, "folder" | "problems">,
): Migration | undefined {
  if (up === undefined) {
    problems.addFile(
      "file.invalid",
      down!.path,
      `\`${down!.path}\` has no file for the way up.`,
      `Write \`${id}.sql\`, or move it out of the folder.`,
    );
    return undefined;
  }
  const bytes = readSql(folder, up, problems);
  const downBytes = down && readSql(folder, down, problems);
  if (bytes === undefined) return undefined;
  return {
    kind: "versioned",
    language: "sql",
    // The whole name: two files may have one number, and a later third must not rename them.
    version,
    name: STEM.exec(version)![2] || version,
    id,
    up: migrationFile(up, bytes),
    ...(down && downBytes && { down: migrationFile(down, downBytes) }),
  };
}

/** The only SQL file of a numbered folder. */
function oneIn(folder: Folder, name: string): FolderFile | undefined {
  if (!STEM.test(name)) return undefined;
  const sql = folder.list(name).files.filter((file) => /\.sql$/i.test(file.name));
  return sql.length === 1 ? sql[0] : undefined;
}

function refuseName({ path }: FolderFile, problems: Problems): void {
  problems.addFile(
    "file.invalid",
    path,
    `\`${path}\` has no number, so that its place among the others is not known.`,
    "Let its name begin with a number, or move it out of the folder.",
  );
}

/** A folder without SQL holds something else. */
function refuseFolder(folder: Folder, name: string, problems: Problems): void {
  const first = folder.list(name).files.find((file) => /\.sql$/i.test(file.name));
  if (first === undefined) return;
  problems.addFile(
    "file.invalid",
    first.path,
    `The folder \`${name}\` has several SQL files, and nothing says in which order they run.`,
    "Leave one in it, or give the files numbers and put them into the folder above.",
  );
}
