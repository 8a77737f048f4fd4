/**
 * CREATE INDEX taken apart, so that the same index can be made on another relation: everything up
 * to INDEX, and everything behind the relation, as the author wrote it.
 */
import { isComment, keyword, nextToken, type Token } from "./lexer.ts";

export interface IndexStatementParts {
  /** `create unique index` */
  readonly head: string;
  /** `using btree (lower(email)) where …` */
  readonly tail: string;
}

/** `text` is one CREATE INDEX statement that the parser has accepted. */
export function splitCreateIndex(text: string): IndexStatementParts {
  const bytes = Buffer.from(text, "utf8");
  const tokens: Token[] = [];
  for (let at = 0, token; (token = nextToken(bytes, at, bytes.length)); at = token.end) {
    if (!isComment(token)) tokens.push(token);
  }
  const isWord = (token: Token, word: string): boolean =>
    token.kind === "word" && keyword(bytes, token) === word;
  const index = tokens.findIndex((token) => isWord(token, "index"));
  const on = tokens.findIndex((token, i) => i > index && isWord(token, "on"));
  // Behind the relation comes USING or the list of columns; a relation's name has neither.
  const behind = tokens.findIndex(
    (token, i) => i > on && (token.kind === "open" || isWord(token, "using")),
  );
  if (index < 0 || on < 0 || behind < 0) throw new Error(`not a CREATE INDEX statement: ${text}`);
  return {
    head: bytes.toString("utf8", tokens[0]!.start, tokens[index]!.end),
    tail: bytes.toString("utf8", tokens[behind]!.start),
  };
}
