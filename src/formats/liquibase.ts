/**
 * Liquibase with formatted SQL: each `--changeset author:id` is a migration, in the order in which
 * the changelogs include their files.
 */
import { checksumOf } from "../migrations/checksum.ts";
import { checkEncoding } from "../migrations/encoding.ts";
import type { Migration, MigrationFile, Reading, Version } from "../migrations/migration.ts";
import type { Problems } from "../migrations/problems.ts";
import { createSourceText, type Piece } from "../sql/source-text.ts";
import type { Evidence, Format, ReadInput } from "./format.ts";
import { guardSql, type Guard } from "./guard.ts";
import { keyOf, type ChangeSet, type Span } from "./liquibase/change-set.ts";
import { readChangelogs } from "./liquibase/changelog.ts";
import { checkSumOf, sqlOf } from "./liquibase/check-sum.ts";
import { isFormatted } from "./liquibase/formatted-sql.ts";
import { liquibaseHistory, remember } from "./liquibase/history.ts";
import { expand, expandPieces } from "./liquibase/parameters.ts";
import { outcomesOf, type Outcomes } from "./liquibase/preconditions.ts";
import { STRUCTURED } from "./liquibase/structured.ts";
import { separate } from "./separators.ts";
import { emptyFile, within } from "./sql-file.ts";

export const liquibase: Format = {
  id: "liquibase",
  title: "Liquibase",
  order: "list",
  // It applies every change set that is not recorded, wherever it stands.
  outOfOrder: "allow",
  detect(folder): Evidence | undefined {
    const { files } = folder.list();
    for (const file of files) {
      if (STRUCTURED.test(file.name) && folder.text(file).includes("databaseChangeLog")) {
        return { strength: "sure", sign: `\`databaseChangeLog\` in \`${file.name}\`` };
      }
    }
    const hasSql = files.some(({ name }) => name.endsWith(".sql"));
    for (const file of hasSql ? files : folder.listAll().slice(0, 20)) {
      if (!file.name.endsWith(".sql")) continue;
      const bytes = folder.read(file);
      if (bytes === undefined || !isFormatted(bytes)) continue;
      return {
        strength: "sure",
        sign: `\`--liquibase formatted sql\` in \`${file.relativePath}\``,
      };
    }
    return undefined;
  },
  read,
  history: liquibaseHistory(),
};

function read(input: ReadInput): Migration[] {
  const { problems } = input;
  const changeSets = readChangelogs(input);
  const checked = new Set<Buffer>();
  const labels = new Set<string>();
  const migrations = changeSets.flatMap((changeSet): Migration[] => {
    const { author, id, file, bytes, preconditions } = changeSet;
    if (!checked.has(bytes)) {
      checked.add(bytes);
      checkEncoding({ path: file.path, bytes }, problems);
    }
    const outcomes = preconditions && outcomesOf(changeSet, preconditions, problems);
    if (preconditions && outcomes === undefined) return [];
    // The first keeps its short name when another file gets a change set that is called the same.
    const short = `${author}:${id}`;
    const label = labels.has(short) ? `${changeSet.path}:${short}` : short;
    labels.add(label);
    const down = downOf(changeSet, changeSets, problems);
    const migration: Migration = {
      kind: changeSet.runOnChange ? "repeatable" : "versioned",
      language: "sql",
      ...(!changeSet.runOnChange && { version: label as Version }),
      name: label,
      id: label,
      up: upOf(changeSet, outcomes),
      ...(down && { down }),
      theirs: {
        key: keyOf(changeSet),
        checksums: () => [checkSumOf(changeSet), ...changeSet.validCheckSums],
      },
    };
    remember(migration, changeSet);
    return [migration];
  });
  const isLast = ({ kind }: Migration): boolean => kind === "repeatable";
  return [...migrations.filter((one) => !isLast(one)), ...migrations.filter(isLast)];
}

function upOf(changeSet: ChangeSet, outcomes: Outcomes | undefined): MigrationFile {
  const { bytes, sql, separator, valueOf, preconditions, runInTransaction } = changeSet;
  const text = sqlOf(changeSet);
  const reading: Reading = {
    range: { start: sql[0]!.start, end: sql.at(-1)!.end },
    rewrite: (file, pieces) => {
      const kept = cut(file, pieces, sql, separator, valueOf);
      if (preconditions === undefined || outcomes === undefined) return kept;
      return guarded(file, kept, {
        conditions: preconditions.conditions,
        needs: "all",
        called: "The precondition",
        ...outcomes,
      });
    },
    ...(!runInTransaction && { transaction: "statement" }),
  };
  const { path, absolutePath } = changeSet.file;
  // What runs again when it has changed also runs again when a parameter of it has.
  const hashed = changeSet.runOnChange ? expand(text, valueOf) : text;
  return { path, absolutePath, bytes, checksum: checksumOf(Buffer.from(hashed)), reading };
}

function cut(
  file: Buffer,
  pieces: readonly Piece[],
  spans: readonly Span[],
  separator: RegExp | undefined,
  valueOf: ChangeSet["valueOf"],
): Piece[] {
  const kept = pieces.flatMap((piece) => spans.flatMap((span) => within(piece, span)));
  return expandPieces(file, separator ? separate(file, kept, separator) : kept, valueOf);
}

/** The condition in front of the SQL, or around it where it may not run. */
function guarded(file: Buffer, kept: readonly Piece[], guard: Guard): Piece[] {
  const [first] = kept;
  if (first === undefined) return [];
  if (guard.onFalse !== "skip" && guard.onError !== "skip") {
    const replacement = Buffer.from(`${guardSql(guard)}\n`);
    return [{ start: first.start, end: first.start, replacement }, ...kept];
  }
  const body = createSourceText(file, kept).bytes.toString("utf8");
  const replacement = Buffer.from(guardSql({ ...guard, body }));
  return [{ start: first.start, end: kept.at(-1)!.end, replacement }];
}

function downOf(
  changeSet: ChangeSet,
  all: readonly ChangeSet[],
  problems: Problems,
): MigrationFile | undefined {
  const { bytes, file, rollback, rollbackSeparator, valueOf, runInTransaction } = changeSet;
  const text = rollback.map(({ start, end }) => bytes.toString("utf8", start, end)).join("");
  const words = text.trim().toLowerCase();
  if (words === "") return undefined;
  const { path, absolutePath } = file;
  if (/^(?:not required|empty)/.test(words)) return { ...emptyFile(path), path };
  if (words.includes("changesetid")) {
    const named = (name: string) => new RegExp(`${name}:(\\S+)`, "i").exec(text)?.[1];
    const from = named("changesetPath");
    const other = all.find(
      (one) =>
        one.id === named("changesetId") &&
        one.author === named("changesetAuthor") &&
        (from === undefined ? one.file === file : one.path === from),
    );
    if (other) return upOf(other, undefined);
    problems.addFile(
      "file.invalid",
      path,
      `The rollback of \`${changeSet.author}:${changeSet.id}\` in \`${path}\` names a change set that does not exist.`,
      "Correct `changesetId`, `changesetAuthor` and `changesetPath`.",
    );
    return undefined;
  }
  return {
    path,
    absolutePath,
    bytes,
    checksum: checksumOf(Buffer.from(text)),
    reading: {
      range: { start: rollback[0]!.start, end: rollback.at(-1)!.end },
      rewrite: (whole) => cut(whole, rollback, rollback, rollbackSeparator, valueOf),
      ...(!runInTransaction && { transaction: "statement" }),
    },
  };
}
