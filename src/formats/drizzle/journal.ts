/** `meta/_journal.json`: which files there are, in which order, and when each was generated. */
import type { Problems } from "../../migrations/problems.ts";
import type { Folder, FolderFile } from "../folder.ts";

export const JOURNAL = "meta/_journal.json";
/** The second is what journals up to version 5 have. */
const DIALECTS = ["postgresql", "pg"];

export interface JournalEntry {
  readonly tag: string;
  /** Milliseconds; what the history knows the migration by. */
  readonly when: number;
}

export function readJournal(folder: Folder, problems: Problems): readonly JournalEntry[] {
  const [file, second] = folder.list("meta").files.filter((one) => one.relativePath === JOURNAL);
  if (file === undefined) {
    problems.addFile(
      "file.invalid",
      JOURNAL,
      `The folder ${folder.shown} has no \`${JOURNAL}\`.`,
      "Restore it: without it nobody knows which files are migrations, and in which order they run.",
    );
    return [];
  }
  if (second !== undefined) {
    problems.addFile(
      "file.duplicate",
      second.path,
      `\`${file.path}\` and \`${second.path}\` are two journals.`,
      "Name one folder: Drizzle has a history for each.",
    );
    return [];
  }
  const bytes = folder.read(file, problems);
  return bytes === undefined ? [] : entriesOf(file, bytes.toString("utf8"), problems);
}

function entriesOf(file: FolderFile, text: string, problems: Problems): readonly JournalEntry[] {
  const refuse = (what: string, action: string): void => {
    problems.addFile("file.invalid", file.path, what, action);
  };
  let journal: unknown;
  try {
    journal = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch {
    refuse(`\`${file.path}\` is not JSON.`, "Restore it, or resolve its merge conflict.");
    return [];
  }
  const { dialect, entries } = (journal ?? {}) as { dialect?: unknown; entries?: unknown };
  if (dialect !== undefined && !DIALECTS.includes(dialect as string)) {
    refuse(
      `\`${file.path}\` says that these migrations are for \`${typeof dialect === "string" ? dialect : JSON.stringify(dialect)}\`.`,
      "Name the folder of migrations that were made for PostgreSQL.",
    );
    return [];
  }
  if (!Array.isArray(entries)) {
    refuse(`\`${file.path}\` has no \`entries\`.`, "Restore it.");
    return [];
  }
  const seen = {
    tag: new Map<unknown, string>(),
    when: new Map<unknown, string>(),
  };
  // In the order of the list, as Drizzle reads it.
  return entries.filter((entry: unknown, place): entry is JournalEntry => {
    // Nobody reads `idx`: journals that were merged by hand have one twice.
    const { tag, when } = (entry ?? {}) as Record<string, unknown>;
    if (typeof tag !== "string" || tag === "" || !Number.isSafeInteger(when)) {
      refuse(
        `Entry ${place} of \`${file.path}\` has no \`tag\` or no \`when\`.`,
        "Restore the entry as Drizzle Kit wrote it.",
      );
      return false;
    }
    for (const [field, value] of [
      ["tag", tag],
      ["when", when],
    ] as const) {
      const before = seen[field].get(value);
      seen[field].set(value, tag);
      if (before === undefined) continue;
      problems.addFile(
        "file.duplicate",
        file.path,
        field === "tag"
          ? `\`${file.path}\` has two entries for \`${tag}\`.`
          : `\`${before}\` and \`${tag}\` both have \`${field}\` ${String(value)} in \`${file.path}\`.`,
        field === "tag"
          ? "Delete the one that is too much."
          : "Generate the one that is not applied anywhere yet once more, or correct its entry.",
      );
      return false;
    }
    return true;
  });
}
