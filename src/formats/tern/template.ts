/**
 * The part of Go's text/template that SQL migrations use: `{{ .name }}`, `{{ template "folder/x.sql" . }}`
 * and comments, with `-` to trim. Everything else is refused where it stands: to run half of a
 * template is worse than to run none.
 */
import { Failure } from "../../failures/failure.ts";
import { createLocator, type Locate } from "../../sql/locate.ts";
import type { Piece } from "../../sql/source-text.ts";

export interface TemplateFile {
  /** As shown to people. */
  readonly path: string;
  readonly bytes: Buffer;
}

export interface TemplateContext {
  readonly values: Readonly<Record<string, string>>;
  /** A file of a subfolder, by its path below the folder. */
  include(path: string): TemplateFile | undefined;
}

/** An action: its trims, and what is between the braces. Of a Latin-1 text. */
const ACTION = /\{\{(-(?=\s))?([^]*?)((?<=\s)-)?\}\}/g;
const FIELD = /^\.([A-Za-z_]\w*)$/;
const TEMPLATE = /^template\s+(?:"([^"]+)"|`([^`]+)`)\s+\.$/;
const COMMENT = /^\/\*[^]*\*\/$/;

/** Cuts the pieces at their actions and puts in what these stand for. */
export function evaluateTemplates(
  file: TemplateFile,
  pieces: readonly Piece[],
  locate: Locate,
  context: TemplateContext,
): Piece[] {
  return evaluate(file, pieces, locate, context, [file.path]);
}

function evaluate(
  file: TemplateFile,
  pieces: readonly Piece[],
  locate: Locate,
  context: TemplateContext,
  within: readonly string[],
): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const text = file.bytes.toString("latin1", piece.start, piece.end);
    let at = 0;
    for (const match of text.matchAll(ACTION)) {
      const offset = piece.start + match.index;
      const before = text.slice(at, match.index);
      const end = match.index + match[0].length;
      const kept = match[1] === undefined ? before : before.trimEnd();
      if (kept !== "") {
        result.push({ start: piece.start + at, end: piece.start + at + kept.length });
      }
      const action = Buffer.from(match[2]!, "latin1").toString("utf8").trim();
      const replacement = valueOf(action, { file, place: locate(offset), context, within });
      at = end;
      if (match[3] !== undefined) at += /^\s*/.exec(text.slice(end))![0].length;
      result.push({ start: offset, end: piece.start + end, replacement });
    }
    const unclosed = text.indexOf("{{", at);
    if (unclosed >= 0) throw unknown("{{", file, locate(piece.start + unclosed));
    if (at < text.length) result.push({ start: piece.start + at, end: piece.end });
  }
  return result;
}

interface Place {
  readonly file: TemplateFile;
  readonly place: ReturnType<Locate>;
  readonly context: TemplateContext;
  readonly within: readonly string[];
}

function valueOf(action: string, { file, place, context, within }: Place): Buffer {
  if (COMMENT.test(action)) return Buffer.alloc(0);
  const name = FIELD.exec(action)?.[1];
  const location = { file: file.path, ...place };
  if (name !== undefined) {
    const { values } = context;
    if (Object.hasOwn(values, name)) return Buffer.from(values[name]!);
    // Go would write `<no value>`.
    const known = Object.keys(values).map((one) => `\`${one}\``);
    throw new Failure({
      class: "file.placeholder",
      what: `\`{{ .${name} }}\` has no value.`,
      action: `Define \`${name}\` in the \`[data]\` of \`tern.conf\` or among the placeholders of the configuration.`,
      location,
      notes: known.length === 0 ? [] : [`Defined: ${known.join(", ")}.`],
    });
  }
  const included = TEMPLATE.exec(action);
  const path = included?.[1] ?? included?.[2];
  if (path === undefined) throw unknown(`{{ ${action} }}`, file, place);
  const found = context.include(path);
  if (found === undefined) {
    throw new Failure({
      class: "file.invalid",
      what: `\`{{ ${action} }}\` includes a file that is not there.`,
      action: `Restore \`${path}\` below the folder.`,
      location,
    });
  }
  if (within.includes(found.path)) {
    throw new Failure({
      class: "file.invalid",
      what: `\`${found.path}\` includes itself.`,
      action: "Remove the `{{ template }}` that closes the circle.",
      location,
    });
  }
  const whole = [{ start: 0, end: found.bytes.length }];
  const locate = createLocator(found.bytes);
  const inner = evaluate(found, whole, locate, context, [...within, found.path]);
  return Buffer.concat(
    inner.map(({ start, end, replacement }) => replacement ?? found.bytes.subarray(start, end)),
  );
}

function unknown(action: string, file: TemplateFile, place: ReturnType<Locate>): Failure {
  return new Failure({
    class: "file.invalid",
    what: `\`${action.replaceAll(/\s+/g, " ").slice(0, 80)}\` is a template that is not understood here.`,
    action:
      'Only `{{ .name }}`, `{{ template "folder/file.sql" . }}` and comments are read; write the SQL out.',
    location: { file: file.path, ...place },
  });
}
