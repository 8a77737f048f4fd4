/**
 * Atlas: `<version>_<name>.sql` in the order of their names, with `atlas.sum` over all of them and
 * directives in comments. A checkpoint stands for the files before it on an empty database.
 */
import type { Migration, MigrationFile, Reading, Version } from "../migrations/migration.ts";
import { readArchive } from "./atlas/archive.ts";
import {
  atlasDirectives,
  delimiterOf,
  hasDirective,
  isWithoutTransaction,
  type AtlasDirective,
} from "./atlas/directives.ts";
import { atlasHistory } from "./atlas/history.ts";
import { chainOf, checkSum, type HashedFile } from "./atlas/sum.ts";
import type { Folder, FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { separate } from "./separators.ts";
import { migrationFile, readSql } from "./sql-file.ts";

/** Directives that change what runs; `nolint` may stand in any tool's folder. */
const TELLING = ["txtar", "checkpoint", "delimiter", "txmode"];

export const atlas: Format = {
  id: "atlas",
  title: "Atlas",
  order: "list",
  // Its `--exec-order` is `linear` unless one says otherwise.
  outOfOrder: "refuse",
  detect(folder): Evidence | undefined {
    if (isInAnotherForm(folder)) return undefined;
    if (folder.file("atlas.sum")) return { strength: "sure", sign: "`atlas.sum`" };
    for (const file of sqlFiles(folder)) {
      const found = atlasDirectives(folder.read(file)?.toString("latin1") ?? "").find(({ name }) =>
        TELLING.includes(name),
      );
      if (found) return { strength: "sure", sign: `\`atlas:${found.name}\` in \`${file.name}\`` };
    }
    return undefined;
  },
  read,
  history: atlasHistory(),
};

/** Atlas also keeps its sums beside the files of golang-migrate, goose, Flyway, dbmate and Liquibase. */
function isInAnotherForm(folder: Folder): boolean {
  const files = sqlFiles(folder);
  if (files.some(({ name }) => /\.(?:up|down)\.sql$|^[VUR]\d*.*__/.test(name))) return true;
  const first = files[0];
  return (
    first !== undefined &&
    /^\s*--\s*(?:\+goose|migrate:up|liquibase formatted)/im.test(folder.text(first))
  );
}

function sqlFiles(folder: Folder): FolderFile[] {
  const files = folder.list().files.filter(({ name }) => name.endsWith(".sql"));
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function read({ folder, problems }: ReadInput): Migration[] {
  const migrations: Migration[] = [];
  const versions = new Map<string, FolderFile>();
  const hashed: HashedFile[] = [];
  const checkpoints = new Set<string>();
  const chains = lazily(() => [
    chainOf(hashed),
    // A checkpoint may have come later than the files behind it.
    chainOf(hashed.filter(({ name }) => !checkpoints.has(name))),
  ]);
  for (const path of folder.list().folders) {
    if (!path.endsWith(".sql")) continue;
    problems.addFile(
      "file.invalid",
      path,
      `\`${path}\` is a folder with the name of a migration.`,
      "Rename it, or put a file in its place.",
    );
  }
  for (const file of sqlFiles(folder)) {
    const bytes = readSql(folder, file, problems);
    if (bytes === undefined) continue;
    hashed.push({ name: file.name, bytes });
    const id = file.name.slice(0, -".sql".length);
    const version = id.split("_", 1)[0]!;
    const before = versions.get(version);
    if (before !== undefined) {
      problems.addFile(
        "file.duplicate",
        file.path,
        `\`${before.path}\` and \`${file.path}\` both have version \`${version}\`.`,
        /\.(?:up|down)\.sql$/.test(file.name)
          ? "Atlas has no such pairs of its own; name the format with `--format golang-migrate`."
          : "Give the one that is not applied anywhere yet another version.",
      );
      continue;
    }
    versions.set(version, file);
    const directives = atlasDirectives(bytes.toString("latin1"));
    const parts = partsOf(file, bytes, directives, problems);
    if (parts === undefined) continue;
    const isCheckpoint = hasDirective(directives, "checkpoint");
    if (isCheckpoint) checkpoints.add(file.name);
    migrations.push({
      kind: "versioned",
      language: "sql",
      version: version as Version,
      name: id.slice(version.length + 1),
      id,
      ...parts,
      ...(isCheckpoint && { baseline: true }),
      theirs: {
        key: version,
        checksums: () => [...new Set(chains().flatMap((chain) => chain.get(file.name) ?? []))],
      },
    });
  }
  const sum = folder.file("atlas.sum");
  if (sum !== undefined && problems.isEmpty) {
    checkSum({ path: sum.path, text: folder.text(sum) }, hashed, problems);
  }
  return migrations;
}

function partsOf(
  file: FolderFile,
  bytes: Buffer,
  directives: readonly AtlasDirective[],
  problems: ReadInput["problems"],
): { up: MigrationFile; down?: MigrationFile } | undefined {
  const { path } = file;
  for (const name of ["import", "sum"]) {
    if (!hasDirective(directives, name)) continue;
    problems.addFile(
      "file.invalid",
      path,
      `\`${path}\` has the directive \`atlas:${name}\`, which belongs to ${name === "sum" ? "files that Atlas does not apply" : "schema files, not to migrations"}.`,
      "Move the file out of the folder, or remove the directive.",
    );
    return undefined;
  }
  if (hasDirective(directives, "txtar")) {
    const archive = readArchive(path, bytes, problems);
    if (archive === undefined) return undefined;
    return {
      up: migrationFile(file, bytes, archive.up),
      ...(archive.down && { down: migrationFile(file, bytes, archive.down) }),
    };
  }
  const delimiter = delimiterOf(directives);
  const reading: Reading = {
    ...(delimiter && { rewrite: (whole, pieces) => separate(whole, pieces, delimiter) }),
    ...(isWithoutTransaction(path, directives, problems) && { transaction: "statement" }),
  };
  return { up: migrationFile(file, bytes, reading) };
}

function lazily<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
