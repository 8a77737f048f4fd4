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

/** Their rows are looked at, too; how many there are nobody knows. */
const ROW_WORDS: ReadonlySet<string> = new Set(["delete", "update"]);

/** What locks nothing, and takes a moment whatever the tables hold. */
const SMALL_WORDS: ReadonlySet<string> = new Set([
  "begin",
  "comment",
  "else",
  "elsif",
  "end",
  "exception",
  "grant",
  "if",
  "null",
  "raise",
  "return",
  "revoke",
  "when",
]);

const READS: ReadonlySet<string> = new Set(["from", "join", "loop"]);

/** Behind these begins a statement of PL/pgSQL. */
const BEGINNINGS: ReadonlySet<string> = new Set(["begin", "then", "else", "loop"]);

type Parse = ((sql: string) => readonly Node[]) | undefined;

/** The statements, and whether the block does nothing else that may lock or take long. */
export interface Inner {
  readonly statements: readonly Node[];
  readonly complete: boolean;
}

export function innerStatements(node: Node, parse: Parse): Inner {
  if (!("DoStmt" in node) || parse === undefined) return { statements: [], complete: false };
  const statements: Node[] = [];
  let complete = true;
  for (const body of bodies(node)) {
    const { texts, others } = textsIn(body);
    complete &&= !others;
    for (const text of texts) {
      try {
        statements.push(...parse(text));
      } catch {
        // With variables in it, or no SQL at all.
        complete = false;
      }
    }
  }
  return { statements, complete };
}

function textsIn(body: string): { texts: string[]; others: boolean } {
  const bytes = Buffer.from(body, "utf8");
  const tokens: Token[] = [];
  for (let at = 0, token; (token = nextToken(bytes, at, bytes.length)); at = token.end) {
    if (!isComment(token)) tokens.push(token);
  }
  const texts: string[] = [];
  let begins = true;
  let others = false;
  for (const [index, token] of tokens.entries()) {
    const word = keyword(bytes, token);
    if (READS.has(word)) others ||= !readsTheCatalog(bytes, tokens[index + 1]);
    if (begins && (FIRST_WORDS.has(word) || ROW_WORDS.has(word))) {
      others ||= ROW_WORDS.has(word);
      const end = tokens.slice(index).find(({ kind }) => kind === "semicolon");
      texts.push(bytes.toString("utf8", token.start, end?.start ?? bytes.length));
    } else if (begins && word === "execute") {
      const [literal, after] = tokens.slice(index + 1, index + 3);
      const alone = after === undefined || after.kind === "semicolon";
      const text =
        literal && alone ? constant(bytes.toString("utf8", literal.start, literal.end)) : undefined;
      if (text !== undefined) texts.push(text);
      else others = true;
    } else if (begins && !SMALL_WORDS.has(word)) others = true;
    begins = token.kind === "semicolon" || BEGINNINGS.has(word);
  }
  return { texts, others };
}

/** `from pg_class`, `join information_schema.columns`: small, and not the application's. */
function readsTheCatalog(bytes: Buffer, next: Token | undefined): boolean {
  const name = next === undefined ? "" : bytes.toString("utf8", next.start, next.end);
  return /^(?:pg_|information_schema$)/i.test(name);
}

/** The value of `'…'` or `$$…$$`; undefined for anything else. */
function constant(literal: string): string | undefined {
  const dollars = /^(\$\w*\$)([\s\S]*)\1$/.exec(literal);
  if (dollars !== null) return dollars[2];
  return /^'[\s\S]*'$/.test(literal) ? literal.slice(1, -1).replaceAll("''", "'") : undefined;
}
