/** The comments of a text, outside of strings: for directives, and to trim them off statements. */
import { isComment, nextToken, type Token } from "./lexer.ts";

export interface Comments {
  readonly tokens: readonly Token[];
  /** Where the first token that is not a comment begins; the text's length when there is none. */
  readonly firstToken: number;
}

export function collectComments(bytes: Buffer): Comments {
  // Most files have none, and finding that out is much cheaper than reading their tokens.
  if (!bytes.includes("--") && !bytes.includes("/*")) {
    return { tokens: [], firstToken: nextToken(bytes, 0, bytes.length)?.start ?? bytes.length };
  }
  const tokens: Token[] = [];
  let firstToken = bytes.length;
  for (let at = 0, token; (token = nextToken(bytes, at, bytes.length)); at = token.end) {
    if (isComment(token)) tokens.push(token);
    else if (firstToken === bytes.length) firstToken = token.start;
  }
  return { tokens, firstToken };
}
