/**
 * Splits a file that cannot run as one transaction into files that can. Pure: the caller names and
 * writes them.
 *
 * I1. The texts contain every statement byte for byte and in order, COPY rows included.
 * I2. What holds for the whole file (role, timeouts, SET) holds in every part: settings are reset
 *     between files, so that later parts repeat them.
 */
import { EnumTracker, type EnumOptions } from "./enum-use.ts";
import { isComment, nextLine, nextToken } from "./lexer.ts";
import { directiveIn } from "./directives.ts";
import { hasBom } from "./locate.ts";
import type { ParsedFile, Statement } from "./statement.ts";
import { isSessionNeutral } from "./transaction-mode.ts";

export interface SplitPart {
  /** `part_1`, `part_2`, …: to be appended to the name of the file. */
  readonly suffix: string;
  readonly text: string;
  readonly mode: "file" | "none";
}

const LF = 10;

export interface MixedGroup {
  readonly mode: SplitPart["mode"];
  readonly statements: Statement[];
}

export function splitMixed(
  file: ParsedFile,
  bytes: Buffer,
  options: EnumOptions = {},
): SplitPart[] {
  const groups = groupMixed(file.statements, options);
  const texts = cutInto(
    file,
    bytes,
    groups.map(({ statements }) => statements),
  );
  return groups.map(({ mode }, index) => {
    const { head, body } = texts[index]!;
    return { suffix: `part_${index + 1}`, text: withNewline(head + body), mode };
  });
}

/** A piece of a file, as it could stand in a file of its own. */
export interface CutText {
  /** Empty for the first, whose body begins with it; else what `again` was before it. */
  readonly head: string;
  /** Settings and directives that hold up to here, for whatever stands in another file. */
  readonly again: string;
  /** The author's bytes, with the comments before each statement. */
  readonly body: string;
}

/** Cuts a file into groups of its statements, which are in order and none of which is left out. */
export function cutInto(
  file: ParsedFile,
  bytes: Buffer,
  groups: readonly (readonly Statement[])[],
): CutText[] {
  const regions = regionsOf(file, bytes);
  const directives = repeatedDirectives(file);
  const settings: string[] = [];
  return groups.map((statements, index) => {
    const body = statements.map((one) => regions.get(one) ?? "").join("");
    const again = [...directives, ...settings].join("");
    for (const one of statements) if (isSessionNeutral(one)) settings.push(`${one.text};\n`);
    return { head: index === 0 ? "" : again, again, body };
  });
}

/** What may run in one transaction, and what by itself. */
export function groupMixed(statements: readonly Statement[], options: EnumOptions): MixedGroup[] {
  const groups: MixedGroup[] = [];
  const enums = new EnumTracker(options);
  let waiting: Statement[] = [];
  for (const statement of statements) {
    const current = groups.at(-1);
    if (statement.nonTransactional !== undefined) {
      // Settings directly before it are meant for it, when nothing else has claimed them.
      groups.push({ mode: "none", statements: [...waiting, statement] });
      waiting = [];
      enums.reset();
      continue;
    }
    const early = enums.next(statement).length > 0;
    if (isSessionNeutral(statement) && current?.mode !== "file") {
      waiting.push(statement);
      continue;
    }
    if (current?.mode === "file" && !early) current.statements.push(statement);
    else groups.push({ mode: "file", statements: [...waiting, statement] });
    waiting = [];
    if (early) {
      enums.reset();
      enums.next(statement);
    }
  }
  if (waiting.length > 0) {
    const last = groups.at(-1);
    if (last === undefined) groups.push({ mode: "file", statements: waiting });
    else last.statements.push(...waiting);
  }
  return groups;
}

/**
 * Each statement's share of the file: from the end of the one before it, so that comments stay with
 * what follows them, to the end of its line. The last one takes the rest.
 */
function regionsOf(file: ParsedFile, bytes: Buffer): Map<Statement, string> {
  const regions = new Map<Statement, string>();
  let from = 0;
  for (const [index, statement] of file.statements.entries()) {
    const next = file.statements[index + 1];
    const until = next === undefined ? bytes.length : regionEnd(bytes, statement, next.start);
    regions.set(statement, regionText(file, bytes, from, until, index === 0));
    from = until;
  }
  return regions;
}

/** Behind the semicolon, its COPY rows, and a comment that ends on the same line. */
function regionEnd(bytes: Buffer, statement: Statement, limit: number): number {
  let at = statement.end;
  for (let token; (token = nextToken(bytes, at, limit));) {
    at = token.end;
    if (token.kind === "semicolon") break;
  }
  const { copyData } = statement;
  if (copyData !== undefined) {
    return bytes[copyData.end] === 92 ? nextLine(bytes, copyData.end, limit) : copyData.end;
  }
  const line = nextLine(bytes, at, limit);
  // The next statement is on the same line, and a comment between them is its own.
  if (bytes[line - 1] !== LF) return at;
  for (let token, end = at; (token = nextToken(bytes, end, line)); end = token.end) {
    if (!isComment(token) || token.unterminated) return at;
  }
  return line;
}

function regionText(
  file: ParsedFile,
  bytes: Buffer,
  from: number,
  until: number,
  first: boolean,
): string {
  let text = "";
  let start = from;
  for (const cut of [...cutsOf(file, bytes, first)].sort((a, b) => a.start - b.start)) {
    if (cut.start < start || cut.end > until) continue;
    text += bytes.toString("utf8", start, cut.start);
    start = cut.end;
  }
  return text + bytes.toString("utf8", start, until);
}

/** The file's own BEGIN and COMMIT, and its `lockstep:transaction`: each part has its own mode. */
function* cutsOf(file: ParsedFile, bytes: Buffer, first: boolean): Generator<Cut> {
  for (const { start, end } of file.ownTransactionRanges ?? []) {
    const token = nextToken(bytes, end, bytes.length);
    yield { start, end: token?.kind === "semicolon" ? token.end : end };
  }
  if (!first || file.directives.transaction === undefined) return;
  const from = hasBom(bytes) ? 3 : 0;
  for (let at = from, token; (token = nextToken(bytes, at, bytes.length)); at = token.end) {
    if (!isComment(token)) return;
    if (directiveIn(bytes.toString("utf8", token.start, token.end))?.name !== "transaction")
      continue;
    yield { start: token.start, end: nextLine(bytes, token.end, bytes.length) };
  }
}

interface Cut {
  readonly start: number;
  readonly end: number;
}

function repeatedDirectives({ directives }: ParsedFile): string[] {
  const lines: string[] = [];
  if (directives.lockTimeoutMs !== undefined) {
    lines.push(`-- lockstep:lock-timeout ${directives.lockTimeoutMs}ms\n`);
  }
  if (directives.statementTimeoutMs !== undefined) {
    lines.push(`-- lockstep:statement-timeout ${directives.statementTimeoutMs}ms\n`);
  }
  if (directives.role !== undefined) {
    lines.push(`-- lockstep:role "${directives.role.replaceAll('"', '""')}"\n`);
  }
  return lines;
}

function withNewline(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}
