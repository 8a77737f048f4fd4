/** The text of an ALTER TABLE, divided: what names the table, and each of its sub-commands. */
import { isComment, keyword, nextToken, type Token } from "../sql/lexer.ts";
import type { Statement } from "../sql/statement.ts";

export interface AlterTableText {
  /** `alter table only app.users`, as written. */
  readonly prefix: string;
  /** `app.users`. */
  readonly relation: string;
  /** `app.`, or empty. */
  readonly schema: string;
  readonly commands: readonly TextRange[];
}

export interface TextRange {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Undefined for what does not look like one. */
export function alterTableText(bytes: Buffer, statement: Statement): AlterTableText | undefined {
  const tokens = tokensIn(bytes, statement.start, statement.end);
  const word = (at: number): string => (tokens[at] ? keyword(bytes, tokens[at]) : "");
  let at = word(0) === "alter" && word(1) === "table" ? 2 : -1;
  if (at < 0) return undefined;
  if (word(at) === "if" && word(at + 1) === "exists") at += 2;
  if (word(at) === "only") at++;
  const first = tokens[at];
  if (first === undefined || !isName(first)) return undefined;
  let last = at;
  while (isText(bytes, tokens[last + 1], ".") && tokens[last + 2] && isName(tokens[last + 2]!)) {
    last += 2;
  }
  const end = tokens[last]!.end;
  const star = isText(bytes, tokens[last + 1], "*") ? 1 : 0;
  return {
    prefix: bytes.toString("utf8", statement.start, end),
    relation: bytes.toString("utf8", first.start, end),
    schema: last === at ? "" : bytes.toString("utf8", first.start, tokens[last - 1]!.end),
    commands: byCommas(bytes, tokens.slice(last + 1 + star)),
  };
}

/** Without comments. */
export function tokensIn(bytes: Buffer, start: number, end: number): Token[] {
  const tokens: Token[] = [];
  for (let at = start, token; (token = nextToken(bytes, at, end)); at = token.end) {
    if (!isComment(token)) tokens.push(token);
  }
  return tokens;
}

function byCommas(bytes: Buffer, tokens: readonly Token[]): TextRange[] {
  const ranges: TextRange[] = [];
  let from: number | undefined;
  let until = 0;
  let depth = 0;
  const close = (): void => {
    if (from === undefined) return;
    ranges.push({ start: from, end: until, text: bytes.toString("utf8", from, until) });
    from = undefined;
  };
  for (const token of tokens) {
    if (depth === 0 && isText(bytes, token, ",")) {
      close();
      continue;
    }
    if (token.kind === "open" || isText(bytes, token, "[")) depth++;
    if (token.kind === "close" || isText(bytes, token, "]")) depth--;
    from ??= token.start;
    until = token.end;
  }
  close();
  return ranges;
}

function isName(token: Token): boolean {
  return token.kind === "word" || token.kind === "identifier";
}

function isText(bytes: Buffer, token: Token | undefined, text: string): boolean {
  return token !== undefined && bytes.toString("latin1", token.start, token.end) === text;
}
