/**
 * goose: one file per migration with `-- +goose Up` and `-- +goose Down`, ordered by the number at
 * the beginning of its name. Migrations written in Go cannot be run here and are named.
 */
import { createLocator } from "../sql/locate.ts";
import type { Migration } from "../migrations/migration.ts";
import type { Problems } from "../migrations/problems.ts";
import { compareVersions, parseVersion } from "../migrations/version.ts";
import type { Folder, FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { gooseHistory } from "./goose-history.ts";
import { readAnnotations } from "./goose/annotations.ts";
import { readingOf } from "./goose/expand.ts";
import { addDuplicate, migrationFile, readSql } from "./sql-file.ts";

const NAME = /^([0-9]+)_(.*)\.sql$/;
const MARKER = /^\ufeff?--.*\+goose\b.*$/m;
/** What puts a function of Go among the migrations; a line that is a comment does not. */
const REGISTERS =
  /^(?!\s*\/\/).*\b(?:Add(?:Named)?Migration(?:NoTx)?(?:Context)?|NewGoMigration)\s*\(/m;
/** The greatest number that its table and its parser can hold. */
const MAX = 2n ** 63n - 1n;

export const goose: Format = {
  id: "goose",
  title: "goose",
  order: "version",
  // As without `-allow-missing`.
  outOfOrder: "refuse",
  detect(folder): Evidence | undefined {
    for (const file of folder.list().files) {
      if (!NAME.test(file.name)) continue;
      const marker = MARKER.exec(folder.text(file));
      if (marker) return { strength: "sure", sign: `\`${marker[0].trim()}\` in \`${file.name}\`` };
    }
    return undefined;
  },
  read,
  command: ({ dir, url }) => `goose -dir ${JSON.stringify(dir)} postgres "${url}" up`,
  history: gooseHistory(),
};

function read({ folder, problems, note, env }: ReadInput): Migration[] {
  const migrations: Migration[] = [];
  const versions = new Map<string, FolderFile>();
  for (const file of folder.list().files) {
    if (file.name.endsWith(".go")) refuseGo(folder, file, problems);
    if (!file.name.endsWith(".sql")) continue;
    const match = NAME.exec(file.name);
    const version = parseVersion(match?.[1] ?? "");
    if (match === null || version === undefined || version === "0" || BigInt(version) > MAX) {
      noteName(folder, file, note);
      continue;
    }
    const before = versions.get(version);
    if (before !== undefined) {
      addDuplicate(problems, before, file, version);
      continue;
    }
    versions.set(version, file);
    const bytes = readSql(folder, file, problems);
    if (bytes === undefined) continue;
    const found = readAnnotations(bytes);
    if ("what" in found) {
      const { what, action, offset } = found;
      const location = { file: file.path, ...createLocator(bytes)(offset) };
      problems.addFile("file.invalid", file.path, `\`${file.path}\` has ${what}.`, action, {
        location,
      });
      continue;
    }
    const source = { path: file.path, bytes, env };
    const { up, down } = found;
    migrations.push({
      kind: "versioned",
      language: "sql",
      version,
      name: match[2]!,
      id: file.name.slice(0, -".sql".length),
      up: migrationFile(file, bytes, readingOf(source, found, up)),
      ...(down && { down: migrationFile(file, bytes, readingOf(source, found, down)) }),
      theirs: { key: version },
    });
  }
  return migrations.toSorted((a, b) => compareVersions(a.version!, b.version!));
}

/** Helpers such as `embed.go` and tests stand beside the migrations in many projects. */
function refuseGo(folder: Folder, file: FolderFile, problems: Problems): void {
  if (file.name.endsWith("_test.go") || !REGISTERS.test(folder.text(file))) return;
  problems.addFile(
    "file.format",
    file.path,
    `\`${file.path}\` is a migration written in Go, which only goose can run.`,
    "Write what it does as SQL in a file with the same number; where goose has applied it, `adopt` takes it over as applied.",
  );
}

/** Other files may stand in the folder; the annotation says that this one is meant. */
function noteName(folder: Folder, file: FolderFile, note: ReadInput["note"]): void {
  if (!MARKER.test(folder.text(file))) return;
  note(
    `\`${file.path}\` is left out, as goose does: a number above zero and an underscore come first in the name of a migration.`,
  );
}
