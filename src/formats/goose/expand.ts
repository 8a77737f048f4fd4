/** What is put into a section of a goose file: semicolons at `StatementEnd`, values from the environment. */
import { Failure } from "../../failures/failure.ts";
import type { Reading } from "../../migrations/migration.ts";
import type { Locate } from "../../sql/locate.ts";
import { applyEdits, type Edit } from "../edits.ts";
import type { Annotation, GooseFile, Section } from "./annotations.ts";
import { interpolate } from "./interpolate.ts";

export interface Source {
  readonly path: string;
  readonly bytes: Buffer;
  readonly env: NodeJS.ProcessEnv;
}

export function readingOf(source: Source, file: GooseFile, section: Section): Reading {
  const { annotations, noTransaction } = file;
  const within = annotations.filter(({ start }) => start >= section.start && start < section.end);
  const takesValues = annotations.some(({ command }) => command === "envsub on");
  const ends = within.filter(({ command }) => command === "statementend");
  return {
    range: section,
    ...(noTransaction && { transaction: "statement" }),
    ...((takesValues || ends.some((mark) => lacksSemicolon(source.bytes, mark))) && {
      rewrite: (_bytes, pieces, locate) =>
        applyEdits(
          pieces,
          [
            ...ends.map(({ start, end }) => ({ start, end, text: ";" })),
            ...(takesValues ? values(source, annotations, section, locate) : []),
          ].toSorted((a, b) => a.start - b.start),
        ),
    }),
  };
}

function lacksSemicolon(bytes: Buffer, { start }: Annotation): boolean {
  let at = start - 1;
  while (at >= 0 && bytes[at]! <= 32) at--;
  return bytes[at] !== 59;
}

/** Line by line, as goose does it: a comment above a statement is skipped, one in it is not. */
function values(
  { path, bytes, env }: Source,
  annotations: readonly Annotation[],
  section: Section,
  locate: Locate,
): Edit[] {
  const edits: Edit[] = [];
  const marks = new Map(annotations.map((mark) => [mark.start, mark.command]));
  let on = isOn(annotations, section.start);
  let inBlock = false;
  let inStatement = false;
  for (let start = section.start, next; start < section.end; start = next) {
    const newline = bytes.indexOf(10, start);
    next = newline === -1 || newline >= section.end ? section.end : newline + 1;
    const end = trimLineEnd(bytes, start, next);
    const mark = marks.get(start);
    if (mark !== undefined) {
      if (mark.startsWith("envsub")) on = mark === "envsub on";
      if (mark === "statementbegin") inBlock = true;
      if (mark === "statementend") inBlock = inStatement = false;
      continue;
    }
    let line = bytes.toString("utf8", start, end);
    if (!inStatement && (line === "" || line.trim().startsWith("--"))) continue;
    inStatement = true;
    if (on && /[$\\]/.test(line)) {
      const text = valueOf(line, env, (message) => broken(message, path, locate(start)));
      if (text !== line) edits.push({ start, end, text });
      line = text;
    }
    if (!inBlock && endsStatement(line)) inStatement = false;
  }
  return edits;
}

function isOn(annotations: readonly Annotation[], offset: number): boolean {
  const last = annotations.findLast(
    ({ command, start }) => start < offset && command.startsWith("envsub"),
  );
  return last?.command === "envsub on";
}

function trimLineEnd(bytes: Buffer, start: number, next: number): number {
  let end = next;
  if (end > start && bytes[end - 1] === 10) end--;
  if (end > start && bytes[end - 1] === 13) end--;
  return end;
}

/** Its last word before a comment ends with a semicolon. */
function endsStatement(line: string): boolean {
  const words = line.trim().split(/\s+/);
  const comment = words.findIndex((word) => word.startsWith("--"));
  return (comment === -1 ? words : words.slice(0, comment)).at(-1)?.endsWith(";") ?? false;
}

function valueOf(line: string, env: NodeJS.ProcessEnv, fail: (message: string) => Failure): string {
  try {
    return interpolate(line, env);
  } catch (error) {
    throw fail((error as Error).message);
  }
}

function broken(message: string, path: string, place: ReturnType<Locate>): Failure {
  return new Failure({
    class: "file.placeholder",
    what: `Below \`-- +goose ENVSUB ON\` in \`${path}\`: ${message}.`,
    action:
      "Set the variable in the environment, or write `-- +goose ENVSUB OFF` above a line that is not meant.",
    location: { file: path, ...place },
  });
}
