/**
 * Drizzle up to 0.45 (Drizzle Kit 0.31): `<tag>.sql` files, listed in `meta/_journal.json`. All
 * pending files are one transaction in Drizzle; here each file is one.
 */
import type { Migration, Version } from "../migrations/migration.ts";
import { readingWithBreakpoints } from "./drizzle/breakpoints.ts";
import { drizzleHistory, hashesOf } from "./drizzle/history.ts";
import { JOURNAL, readJournal } from "./drizzle/journal.ts";
import type { FolderFile } from "./folder.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { migrationFile, readSql } from "./sql-file.ts";

/** As Drizzle Kit names its files, with any of its prefixes. */
const GENERATED = /^\d{4,}_.*\.sql$/;

export const drizzle: Format = {
  id: "drizzle",
  title: "Drizzle",
  // By the place in the journal.
  order: "list",
  // It passes over such a file without a word, and says that everything is applied.
  outOfOrder: "allow",
  detect(folder): Evidence | undefined {
    return folder.file(JOURNAL) && { strength: "sure", sign: `\`${JOURNAL}\`` };
  },
  read,
  history: drizzleHistory(),
};

function read({ folder, problems, note }: ReadInput): Migration[] {
  const entries = readJournal(folder, problems);
  const known = new Set<string>();
  const byName = new Map<string, FolderFile[]>();
  for (const file of folder.listAll()) {
    byName.set(file.relativePath, [...(byName.get(file.relativePath) ?? []), file]);
  }
  const migrations: Migration[] = [];
  const isJournalSound = problems.isEmpty;
  for (const { tag, when } of entries) {
    const name = `${tag}.sql`;
    const [file, double] = byName.get(name) ?? [];
    known.add(name);
    known.add(`${tag}.down.sql`);
    if (file === undefined) {
      problems.addFile(
        "file.invalid",
        folder.file(JOURNAL)!.path,
        `The journal has \`${tag}\`, and there is no file \`${name}\`.`,
        "Restore the file, or take its entry out of the journal.",
      );
      continue;
    }
    if (double !== undefined) {
      problems.addFile(
        "file.duplicate",
        double.path,
        `\`${file.path}\` and \`${double.path}\` are both the migration \`${tag}\`.`,
        "Name one folder, or delete the file that is too much.",
      );
      continue;
    }
    const bytes = readSql(folder, file, problems);
    if (bytes === undefined) continue;
    // Drizzle has no way down; a file of the name that ours have is one.
    const [down] = byName.get(`${tag}.down.sql`) ?? [];
    const downBytes = down && readSql(folder, down, problems);
    migrations.push({
      kind: "versioned",
      language: "sql",
      version: tag as Version,
      name: tag.replace(/^\d+_/, ""),
      id: tag,
      up: migrationFile(file, bytes, readingWithBreakpoints(bytes)),
      ...(downBytes && { down: migrationFile(down, downBytes, readingWithBreakpoints(downBytes)) }),
      theirs: { key: String(when), checksums: () => hashesOf(bytes) },
    });
  }
  // A journal that is wrong itself says nothing about files.
  if (!isJournalSound) return migrations;
  for (const { name, path } of folder.list().files) {
    if (known.has(name) || !GENERATED.test(name)) continue;
    note(
      `\`${path}\` is left out, as Drizzle does: it is not in \`${JOURNAL}\`. A merge may have lost its entry.`,
    );
  }
  return migrations;
}
