/**
 * The statements in a DO block that stand there as they are, or as a constant of EXECUTE. Whether
 * they run, and how often, only the server knows; but what they would do can be said.
 */
import type { Node } from "@pgsql/types";
import { isComment, keyword, nextToken, type Token } from "../../sql/lexer.ts";
import { bodies } from "../../sql/tree.ts";

/** Statements of SQL that take locks; all else in a block is PL/pgSQL's, or changes rows only. */
const FIRST_WORDS: ReadonlySet<string> = new Set([
  "alter",
  "create",
  "drop",
  "reindex",
  "cluster",
  "refresh",
  "truncate",
]);

/** Behind these begins a statement of PL/pgSQL. */
const BEGINNINGS: ReadonlySet<string> = new Set(["begin", "then", "else", "loop"]);

export function innerStatements(
  node: Node,
  parse: ((sql: string) => readonly Node[]) | undefined,
): readonly Node[] {
  if (!("DoStmt" in node) || parse === undefined) return [];
  return bodies(node)
    .flatMap(textsIn)
    .flatMap((text) => {
      try {
        return [...parse(text)];
      } catch {
        // With variables in it, or no SQL at all.
        return [];
      }
    });
}

function textsIn(body: string): string[] {
  const bytes = Buffer.from(body, "utf8");
  const tokens: Token[] = [];
  for (let at = 0, token; (token = nextToken(bytes, at, bytes.length)); at = token.end) {
    if (!isComment(token)) tokens.push(token);
  }
  const texts: string[] = [];
  let begins = true;
  for (const [index, token] of tokens.entries()) {
    const word = keyword(bytes, token);
    if (begins && FIRST_WORDS.has(word)) {
      const end = tokens.slice(index).find(({ kind }) => kind === "semicolon");
      texts.push(bytes.toString("utf8", token.start, end?.start ?? bytes.length));
    } else if (begins && word === "execute") {
      const [literal, after] = tokens.slice(index + 1, index + 3);
      const alone = after === undefined || after.kind === "semicolon";
      const text =
        literal && alone ? constant(bytes.toString("utf8", literal.start, literal.end)) : undefined;
      if (text !== undefined) texts.push(text);
    }
    begins = token.kind === "semicolon" || BEGINNINGS.has(word);
  }
  return texts;
}

/** The value of `'…'` or `$$…$$`; undefined for anything else. */
function constant(literal: string): string | undefined {
  const dollars = /^(\$\w*\$)([\s\S]*)\1$/.exec(literal);
  if (dollars !== null) return dollars[2];
  return /^'[\s\S]*'$/.test(literal) ? literal.slice(1, -1).replaceAll("''", "'") : undefined;
}
