/**
 * Finds the module specifiers of a JavaScript or TypeScript text with a small lexer: it knows
 * comments, strings, templates and regular expressions, and nothing of the grammar. That is enough,
 * because a specifier is always a string right after `from`, `import`, `import(` or `require(`.
 *
 * `import type` and `export type` are left out: they are erased, and a type of the application must
 * not change the checksum of a migration that is applied long since.
 */

interface Token {
  readonly kind: "word" | "string" | "mark";
  readonly text: string;
}

/** In order of appearance, duplicates included. */
export function findSpecifiers(text: string): string[] {
  const tokens = tokenise(text);
  const found: string[] = [];
  let declaration = -1;
  for (const [at, token] of tokens.entries()) {
    if (isWord(token, "import") || isWord(token, "export")) declaration = at;
    if (token.kind !== "string") continue;
    const before = tokens[at - 1];
    if (isWord(before, "from")) {
      if (!isTypeOnly(tokens, declaration)) found.push(token.text);
    } else if (isWord(before, "import")) {
      found.push(token.text);
    } else if (before?.text === "(" && isCall(tokens, at - 2)) {
      found.push(token.text);
    }
  }
  return found;
}

/** `import(` and `require(`, but not `loader.require(`. */
function isCall(tokens: readonly Token[], at: number): boolean {
  const callee = tokens[at];
  const before = tokens[at - 1];
  const isMember = before?.kind === "mark" && before.text === ".";
  return (isWord(callee, "import") || isWord(callee, "require")) && !isMember;
}

function isTypeOnly(tokens: readonly Token[], declaration: number): boolean {
  const next = tokens[declaration + 2];
  if (!isWord(tokens[declaration + 1], "type") || next?.text === ",") return false;
  // `import type from "./x"` imports a value that is called `type`.
  return !(isWord(next, "from") && tokens[declaration + 3]?.kind === "string");
}

function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === "word" && token.text === text;
}

const SPACE = /\s+/y;
const LINE_COMMENT = /\/\/[^\n\r\u2028\u2029]*/y;
const BLOCK_COMMENT = /\/\*[^]*?(?:\*\/|$)/y;
const HASHBANG = /^#![^\n\r]*/y;
const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy;
const NUMBER = /[0-9][\w.]*/y;
const STRING = /"(?:[^"\\\n\r]|\\[^])*"?|'(?:[^'\\\n\r]|\\[^])*'?/y;
const REGEX = /\/(?:[^/\\[\n\r]|\\.|\[(?:[^\]\\\n\r]|\\.)*\])+\/[a-z]*/y;
/** A piece of a template, up to its end or to a hole. */
const TEMPLATE_PIECE = /(?:[^`\\$]+|\\[^]|\$(?!\{))*(?:`|\$\{|$)/y;

/** Words after which a slash begins a regular expression, not a division. */
const BEFORE_REGEX = new Set(
  "return typeof case in of delete void throw new else do instanceof yield await default".split(
    " ",
  ),
);

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  /** For each open brace: whether it is the hole of a template. */
  const braces: boolean[] = [];
  let at = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const push = (kind: Token["kind"], value: string): void =>
    void tokens.push({ kind, text: value });
  const readTemplate = (isStart: boolean): void => {
    const piece = match(TEMPLATE_PIECE) ?? "";
    if (piece.endsWith("${")) braces.push(true);
    // A template without holes is as constant as a string.
    if (isStart && piece.endsWith("`")) push("string", unescape(piece.slice(0, -1)));
    else push("mark", "`");
  };

  match(HASHBANG);
  while (at < text.length) {
    if (match(SPACE) ?? match(LINE_COMMENT) ?? match(BLOCK_COMMENT)) continue;
    const word = match(WORD);
    if (word !== undefined) {
      push("word", word);
      continue;
    }
    if (match(NUMBER) !== undefined) {
      push("mark", "0");
      continue;
    }
    const string = match(STRING);
    if (string !== undefined) {
      push("string", unescape(string.slice(1, -1)));
      continue;
    }
    if (text[at] === "/" && mayBeginRegex(tokens.at(-1)) && match(REGEX) !== undefined) {
      push("mark", "0");
      continue;
    }
    const mark = text[at] ?? "";
    at += 1;
    if (mark === "`") readTemplate(true);
    else if (mark === "{") braces.push(false);
    if (mark === "}" && braces.pop() === true) readTemplate(false);
    else if (mark !== "`") push("mark", mark);
  }
  return tokens;
}

function mayBeginRegex(before: Token | undefined): boolean {
  if (before === undefined) return true;
  if (before.kind === "word") return BEFORE_REGEX.has(before.text);
  return before.kind === "mark" && !/^[)\]0`]$/.test(before.text);
}

/** Only what occurs in file names: `\'`, `\\` and the like; other escapes keep their letter. */
function unescape(text: string): string {
  return text.replaceAll(/\\([^])/g, "$1");
}
