/**
 * The phase that a migration says it belongs to, in the comments at its top. Read without a parser,
 * because the gate of every pod asks for it; sql/directives.ts, which reads the same comments where a
 * file is parsed, refuses what is misspelt or misplaced, and `phaseOfModule` does it for modules.
 */
import { Failure } from "../failures/failure.ts";
import { nearest } from "../failures/nearest.ts";
import type { Migration, MigrationFile } from "./migration.ts";

export const PHASES = ["expand", "backfill", "contract"] as const;

/** `expand` adds, `backfill` fills, `contract` takes away what old code still uses. */
export type Phase = (typeof PHASES)[number];

export interface MigrationPhase {
  readonly phase?: Phase;
  /**
   * Of a contract migration: the version that code must ship to work on the schema behind it, as
   * written in `lockstep:after`; by default the migration's own.
   */
  readonly after?: string;
}

interface Written {
  readonly name: string;
  readonly value: string;
  /** In the text of the comments. */
  readonly offset: number;
}

/** More than a licence header and a few paragraphs; a longer head is read whole. */
const HEAD_BYTES = 16_384;
const LATE = /^[^\S\r\n]*\/{2,}\s*lockstep\s*:\s*(phase|after)\b/im;
const DIRECTIVE = /^(?:-{2,}|\/{2,})\s*lockstep\s*:\s*([\w-]*)\s*(.*?)\s*$/i;

interface Source extends Partial<Pick<Migration, "language">> {
  readonly up: Pick<MigrationFile, "bytes" | "reading">;
}

export function phaseOf({ up, language }: Source): MigrationPhase {
  const found: { phase?: Phase; after?: string } = {};
  for (const { name, value } of directivesOf(up, language === "module")) {
    if (name === "after" && value !== "") found.after = value;
    const phase = PHASES.find((one) => one === value);
    if (name === "phase" && phase !== undefined) found.phase = phase;
  }
  return found;
}

/** For a module, which no parser of SQL looks at: a directive that says nothing is an error. */
export function phaseOfModule({ up }: Pick<Migration, "up">): MigrationPhase {
  const { bytes, path } = up;
  const text = bytes.toString("utf8");
  const found = phaseOf({ up, language: "module" });
  const { comments, end } = writtenIn(bytes, true);
  const failAt = (offset: number, what: string, action: string): Failure => {
    const line = text.slice(0, offset).split(/\r\n|\r|\n/).length;
    const location = { file: path, line, column: 1 };
    return new Failure({ class: "file.directive", what, action, location });
  };
  const late = LATE.exec(text.slice(end));
  if (late !== null) {
    throw failAt(
      end + late.index + late[0].search(/\S/),
      `\`lockstep:${late[1]}\` stands after the first statement, where it has no effect.`,
      "Move it to the top of the file.",
    );
  }
  for (const { name, value, offset } of comments) {
    const fail = (what: string, action: string): Failure => failAt(offset, what, action);
    // The linter's own.
    if (name === "allow" || name === "allow-file") continue;
    const shown = `\`lockstep:${name}\``;
    if (name !== "phase" && name !== "after") {
      const near = nearest(name, ["phase", "after"]);
      throw fail(
        `${shown} is not a directive of a module.`,
        near === undefined
          ? "Use `lockstep:phase` or `lockstep:after`; what else holds for a module, its exports say."
          : `Write \`lockstep:${near}\`.`,
      );
    }
    if (name === "phase" && value !== found.phase) {
      throw fail(`${shown} cannot be \`${value}\`.`, `Write ${PHASE_WORDS}.`);
    }
    if (name === "after" && (value === "" || /\s/.test(value))) {
      throw fail(`${shown} cannot be \`${value}\`.`, "Write a version.");
    }
    if (name === "after" && found.phase !== "contract") throw fail(...AFTER_ALONE);
  }
  return found;
}

const PHASE_WORDS = "one of `expand`, `backfill` and `contract`";

const AFTER_ALONE = [
  "`lockstep:after` stands in a file that is not marked contract, where it has no effect.",
  "Add `lockstep:phase contract` above it, or take it out.",
] as const;

/** Of a file with several migrations, or both directions, those above its own part count too. */
function directivesOf({ bytes, reading }: Source["up"], module: boolean): readonly Written[] {
  const { comments } = writtenIn(bytes, module);
  const start = reading?.range?.start ?? 0;
  if (start === 0) return comments;
  return [...comments, ...writtenIn(bytes.subarray(start), module).comments];
}

interface Comments {
  readonly comments: readonly Written[];
  /** Where the first token is. */
  readonly end: number;
}

function writtenIn(bytes: Buffer, module: boolean): Comments {
  const head = bytes.toString("utf8", 0, HEAD_BYTES);
  const found = commentsOf(head, module);
  // A head that is cut short may go on behind the cut, in the middle of a character.
  if (bytes.length <= HEAD_BYTES || found.end < head.length - 4) return found;
  return commentsOf(bytes.toString("utf8"), module);
}

/** The directives in the line comments before the first token. */
function commentsOf(text: string, module: boolean): Comments {
  const comments: Written[] = [];
  const next = /\s+|(?:--|\/\/)[^\r\n]*|\/\*/y;
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  for (;;) {
    next.lastIndex = at;
    const [found] = next.exec(text) ?? [];
    if (found === undefined) return { comments, end: at };
    if (found === "/*") {
      at = endOfBlock(text, at, module);
      continue;
    }
    const [, name, value = ""] = DIRECTIVE.exec(found) ?? [];
    if (name !== undefined) comments.push({ name: name.toLowerCase(), value, offset: at });
    at += found.length;
  }
}

/** PostgreSQL's block comments nest, JavaScript's do not. */
function endOfBlock(text: string, start: number, module: boolean): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (;;) {
    const [found] = mark.exec(text) ?? [];
    if (found === undefined) return text.length;
    if (found === "*/") depth -= 1;
    else if (depth === 0 || !module) depth += 1;
    if (depth === 0) return mark.lastIndex;
  }
}
