/**
 * A file with `-- atlas:txtar`: sections under `-- name --`. `migration.sql` is what runs,
 * `checks.sql` and `checks/*.sql` must hold before, `down.sql` takes it back.
 */
import type { Reading } from "../../migrations/migration.ts";
import type { Problems } from "../../migrations/problems.ts";
import type { Piece } from "../../sql/source-text.ts";
import { splitStatements } from "../../sql/statement-tracker.ts";
import { guardSql, type Guard } from "../guard.ts";
import { separate } from "../separators.ts";
import { within } from "../sql-file.ts";
import { atlasDirectives, delimiterOf, isWithoutTransaction } from "./directives.ts";

interface Section {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const MARKER = /^-- (.*\S.*) --[ \t\r]*$/gm;
const CHECKS = /^checks(?:\.sql|\/.+\.sql)$/;

/** Undefined, and problems, when it is not what Atlas reads. */
export function readArchive(
  path: string,
  bytes: Buffer,
  problems: Problems,
): { up: Reading; down?: Reading } | undefined {
  // Latin-1, so that an index into the text is a byte offset.
  const text = bytes.toString("latin1");
  const sections = sectionsOf(text);
  const invalid = (what: string, action: string) =>
    problems.addFile("file.invalid", path, what, action);
  const seen = new Set<string>();
  for (const { name } of sections) {
    const known = CHECKS.test(name) || name === "migration.sql" || name === "down.sql";
    if (known && !seen.has(name)) {
      seen.add(name);
      continue;
    }
    invalid(
      known
        ? `\`${path}\` has two sections \`${name}\`.`
        : `\`${path}\` has a section \`${name}\`, which would not run.`,
      known
        ? "Make one of them."
        : "Use `checks.sql`, `checks/*.sql`, `migration.sql` and `down.sql`; a comment must not have the form `-- name --`.",
    );
    return undefined;
  }
  const migration = sections.find(({ name }) => name === "migration.sql");
  if (migration === undefined) {
    invalid(
      `\`${path}\` has \`atlas:txtar\` and no section \`migration.sql\`.`,
      "Write `-- migration.sql --` on a line of its own above the SQL.",
    );
    return undefined;
  }
  const down = sections.find(({ name }) => name === "down.sql");
  const checks = sections.filter(({ name }) => CHECKS.test(name));
  const head = atlasDirectives(text.slice(0, sections[0]!.start));
  const directives = [...head, ...atlasDirectives(text.slice(migration.start, migration.end))];
  const alone = isWithoutTransaction(path, directives, problems);
  const delimiter = delimiterOf(directives);
  const spanned = [migration, ...checks];
  const guards = checks.flatMap((check) => guardsOf(bytes, text, check));
  return {
    up: {
      range: {
        start: Math.min(...spanned.map(({ start }) => start)),
        end: Math.max(...spanned.map(({ end }) => end)),
      },
      rewrite: (file, pieces) => {
        const kept = pieces.flatMap((piece) => within(piece, migration));
        return [...guards, ...(delimiter ? separate(file, kept, delimiter) : kept)];
      },
      ...(alone && { transaction: "statement" }),
    },
    ...(down && { down: { range: { start: down.start, end: down.end } } }),
  };
}

function sectionsOf(text: string): Section[] {
  const marks = [...text.matchAll(MARKER)];
  return marks.map((mark, index) => ({
    name: mark[1]!.trim(),
    start: mark.index + mark[0].length,
    end: marks[index + 1]?.index ?? text.length,
  }));
}

/** All assertions of a section must hold; with `atlas:assert oneof`, one of them. */
function guardsOf(bytes: Buffer, text: string, { name, start, end }: Section): Piece[] {
  const directives = atlasDirectives(text.slice(start, end));
  const oneOf = directives.some((one) => one.name === "assert" && one.value.trim() === "oneof");
  const statements = splitStatements(bytes, start, end);
  const base = { onFalse: "raise", onError: "raise", called: `The check in ${name}:` } as const;
  const conditions = statements.map((one) => ({ sql: bytes.toString("utf8", one.start, one.end) }));
  const first = statements[0];
  const last = statements.at(-1);
  if (oneOf) {
    const guard: Guard = { ...base, conditions, needs: "one", called: `One of ${name}:` };
    return [piece(first?.start ?? start, last?.end ?? end, guard)];
  }
  return conditions.map((condition, index) =>
    piece(statements[index]!.start, statements[index]!.end, {
      ...base,
      conditions: [condition],
      needs: "all",
    }),
  );
}

function piece(start: number, end: number, guard: Guard): Piece {
  return { start, end, replacement: Buffer.from(`${guardSql(guard)}\n`) };
}
