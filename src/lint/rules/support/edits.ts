/** Edits of a statement's own text, found by its tokens. */
import { isComment, keyword, nextToken, type Token } from "../../../sql/lexer.ts";
import type { StatementContext } from "../../context.ts";
import type { Edit, Fix } from "../../finding.ts";

/** The tokens of the statement without comments; offsets are the file's. */
export function tokensOf({ statement, file }: StatementContext): Token[] {
  const { bytes } = file.parsed;
  const tokens: Token[] = [];
  for (let at = statement.start, token; (token = nextToken(bytes, at, statement.end));) {
    if (!isComment(token)) tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/**
 * Inserts text behind the last word of a sequence of keywords: `["create", "index"]`. Undefined when
 * the statement does not have it, in which case there is no fix.
 */
export function insertAfterWords(
  context: StatementContext,
  words: readonly string[],
  text: string,
): Edit | undefined {
  const last = findWords(context, words)?.at(-1);
  return last && { start: last.end, end: last.end, text };
}

/** Takes a sequence of keywords out, with the space before it. */
export function removeWords(context: StatementContext, words: readonly string[]): Edit | undefined {
  const found = findWords(context, words);
  const [first, last] = [found?.[0], found?.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const before = tokensOf(context).findLast(({ end }) => end <= first.start);
  return { start: before?.end ?? first.start, end: last.end, text: "" };
}

function findWords(context: StatementContext, words: readonly string[]): Token[] | undefined {
  const { bytes } = context.file.parsed;
  const tokens = tokensOf(context);
  const at = tokens.findIndex((_, index) =>
    words.every((word, offset) => {
      const token = tokens[index + offset];
      return token !== undefined && keyword(bytes, token) === word;
    }),
  );
  return at === -1 ? undefined : tokens.slice(at, at + words.length);
}

/** Inserts text at the end of the statement, before its semicolon. */
export function insertAtEnd({ statement }: StatementContext, text: string): Edit {
  return { start: statement.end, end: statement.end, text };
}

export function oneEdit(title: string, edit: Edit | undefined): Fix | undefined {
  return edit && { title, edits: [edit] };
}

/** Upper or lower case as the author writes keywords. */
export function inCaseOf({ statement }: StatementContext, words: string): string {
  return /^[a-z]/.test(statement.text) ? words.toLowerCase() : words;
}
