/**
 * Tokens of PostgreSQL's SQL and of psql scripts, read from bytes. Every delimiter of the language
 * is ASCII and no byte of a longer UTF-8 sequence is, so that bytes can be compared directly and a
 * file of any size needs no second copy as a string.
 *
 * It finds where things begin and end (strings, comments, statements); what they mean is the
 * parser's business. Rules follow scan.l and psqlscan.l of PostgreSQL 18 with
 * standard_conforming_strings on.
 */
export type TokenKind =
  | "word"
  | "identifier" // "quoted"
  | "string" // '…' with any prefix
  | "dollar" // $tag$…$tag$
  | "number"
  | "parameter" // $1
  | "line-comment"
  | "block-comment"
  | "semicolon"
  | "backslash" // outside of quotes only psql knows it
  | "open"
  | "close"
  | "other";

export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
  /** The file ends inside this string, quoted name or comment. */
  readonly unterminated?: true;
}

const LF = 10;
const CR = 13;
const DOUBLE_QUOTE = 34;
const DOLLAR = 36;
const AMPERSAND = 38;
const QUOTE = 39;
const STAR = 42;
const DASH = 45;
const SLASH = 47;
const BACKSLASH = 92;

/** The next token at or after `from`; undefined at `limit`. White space is not a token. */
export function nextToken(bytes: Buffer, from: number, limit: number): Token | undefined {
  let start = from;
  while (start < limit && isSpace(bytes[start]!)) start++;
  if (start >= limit) return undefined;
  const byte = bytes[start]!;
  const next = start + 1 < limit ? bytes[start + 1]! : 0;
  if (isWordStart(byte)) return word(bytes, start, limit);
  if (isDigit(byte)) return { kind: "number", start, end: numberEnd(bytes, start, limit) };
  switch (byte) {
    case QUOTE:
      return quoted(bytes, "string", start, start + 1, QUOTE, limit);
    case DOUBLE_QUOTE:
      return quoted(bytes, "identifier", start, start + 1, DOUBLE_QUOTE, limit);
    case DOLLAR:
      return dollar(bytes, start, limit);
    case DASH:
      if (next === DASH) return lineComment(bytes, start, limit);
      break;
    case SLASH:
      if (next === STAR) return blockComment(bytes, start, limit);
      break;
    case 59:
      return { kind: "semicolon", start, end: start + 1 };
    case BACKSLASH:
      return { kind: "backslash", start, end: start + 1 };
    case 40:
      return { kind: "open", start, end: start + 1 };
    case 41:
      return { kind: "close", start, end: start + 1 };
  }
  return { kind: "other", start, end: start + 1 };
}

export function isComment(token: Token): boolean {
  return token.kind === "line-comment" || token.kind === "block-comment";
}

/** The lower-case text of a word that may be a keyword; empty for anything else. */
export function keyword(bytes: Buffer, token: Token): string {
  if (token.kind !== "word" || token.end - token.start > 16) return "";
  return bytes.toString("latin1", token.start, token.end).toLowerCase();
}

/** White space of scan.l: space, tab, newline, carriage return, form feed, vertical tab. */
export function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

/** The first byte after the line ending of the line that holds `from`. */
export function nextLine(bytes: Buffer, from: number, limit: number): number {
  const newline = bytes.indexOf(LF, from);
  return newline < 0 || newline >= limit ? limit : newline + 1;
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}

function isWordStart(byte: number): boolean {
  // scan.l counts every byte above 127 as a letter.
  return (byte >= 97 && byte <= 122) || (byte >= 65 && byte <= 90) || byte === 95 || byte >= 128;
}

function isWordPart(byte: number): boolean {
  return isWordStart(byte) || isDigit(byte) || byte === DOLLAR;
}

function word(bytes: Buffer, start: number, limit: number): Token {
  const next = bytes[start + 1];
  const letter = bytes[start]! | 32;
  if (start + 1 < limit && next === QUOTE) {
    if (letter === 101) return escapeString(bytes, start, limit); // E'…'
    if (letter === 98 || letter === 120 || letter === 110) {
      return quoted(bytes, "string", start, start + 2, QUOTE, limit); // B'…', X'…', N'…'
    }
  }
  if (letter === 117 && next === AMPERSAND && start + 2 < limit) {
    const mark = bytes[start + 2];
    if (mark === QUOTE) return quoted(bytes, "string", start, start + 3, QUOTE, limit);
    if (mark === DOUBLE_QUOTE) {
      return quoted(bytes, "identifier", start, start + 3, DOUBLE_QUOTE, limit);
    }
  }
  let end = start + 1;
  while (end < limit && isWordPart(bytes[end]!)) end++;
  return { kind: "word", start, end };
}

function numberEnd(bytes: Buffer, start: number, limit: number): number {
  let end = start + 1;
  while (end < limit && (bytes[end] === 46 || (isWordPart(bytes[end]!) && bytes[end] !== DOLLAR))) {
    end++;
  }
  return end;
}

/** A text between quotes in which a doubled quote stands for one. */
function quoted(
  bytes: Buffer,
  kind: "string" | "identifier",
  start: number,
  body: number,
  quote: number,
  limit: number,
): Token {
  let position = body;
  for (;;) {
    const close = bytes.indexOf(quote, position);
    if (close < 0 || close >= limit) return { kind, start, end: limit, unterminated: true };
    if (close + 1 >= limit || bytes[close + 1] !== quote) return { kind, start, end: close + 1 };
    position = close + 2;
  }
}

/**
 * E'…', where a backslash takes the next byte with it. A second literal after white space with a
 * newline continues the first, and then the backslash rule holds there too although it has no E.
 */
function escapeString(bytes: Buffer, start: number, limit: number): Token {
  let position = start + 2;
  while (position < limit) {
    const byte = bytes[position]!;
    if (byte === BACKSLASH) position += 2;
    else if (byte !== QUOTE) position++;
    else if (bytes[position + 1] === QUOTE && position + 1 < limit) position += 2;
    else {
      const continued = continuation(bytes, position + 1, limit);
      if (continued === undefined) return { kind: "string", start, end: position + 1 };
      position = continued;
    }
  }
  return { kind: "string", start, end: limit, unterminated: true };
}

function continuation(bytes: Buffer, from: number, limit: number): number | undefined {
  let position = from;
  let newline = false;
  while (position < limit) {
    const byte = bytes[position]!;
    if (isSpace(byte)) {
      newline ||= byte === LF || byte === CR;
      position++;
    } else if (byte === DASH && bytes[position + 1] === DASH) {
      position = lineComment(bytes, position, limit).end;
    } else {
      return newline && byte === QUOTE ? position + 1 : undefined;
    }
  }
  return undefined;
}

/** `$tag$…$tag$`, a parameter, or a lone dollar sign. */
function dollar(bytes: Buffer, start: number, limit: number): Token {
  let end = start + 1;
  if (end < limit && isDigit(bytes[end]!)) {
    while (end < limit && isDigit(bytes[end]!)) end++;
    return { kind: "parameter", start, end };
  }
  while (end < limit && (isWordStart(bytes[end]!) || (end > start + 1 && isDigit(bytes[end]!)))) {
    end++;
  }
  if (end >= limit || bytes[end] !== DOLLAR) return { kind: "other", start, end: start + 1 };
  const tag = bytes.subarray(start, end + 1);
  const close = bytes.indexOf(tag, end + 1);
  if (close < 0 || close + tag.length > limit) {
    return { kind: "dollar", start, end: limit, unterminated: true };
  }
  return { kind: "dollar", start, end: close + tag.length };
}

function lineComment(bytes: Buffer, start: number, limit: number): Token {
  let end = start + 2;
  while (end < limit && bytes[end] !== LF && bytes[end] !== CR) end++;
  return { kind: "line-comment", start, end };
}

/** Block comments nest. */
function blockComment(bytes: Buffer, start: number, limit: number): Token {
  let depth = 1;
  let position = start + 2;
  while (position + 1 < limit) {
    if (bytes[position] === STAR && bytes[position + 1] === SLASH) {
      position += 2;
      if (--depth === 0) return { kind: "block-comment", start, end: position };
    } else if (bytes[position] === SLASH && bytes[position + 1] === STAR) {
      depth++;
      position += 2;
    } else position++;
  }
  return { kind: "block-comment", start, end: limit, unterminated: true };
}
