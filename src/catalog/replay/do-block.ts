/**
 * DO blocks that only wrap plain statements, as histories are full of them:
 *
 *     DO $$ BEGIN
 *       CREATE TYPE mood AS ENUM ('good');
 *     EXCEPTION WHEN duplicate_object THEN null;
 *     END $$;
 *
 * and the same with IF NOT EXISTS (SELECT … FROM pg_catalog …) THEN … END IF. The statements are
 * replayed; whether one is needed is answered by the catalog, in which making what is there is
 * nothing. A body with anything else is a gap.
 */
import type { DoStmt, Node } from "@pgsql/types";
import { isComment, keyword, nextToken, type Token } from "../../sql/lexer.ts";
import { bodies } from "../../sql/tree.ts";
import type { Replay } from "./context.ts";
import { addGap } from "./gaps.ts";

export function applyDo(
  replay: Replay,
  statement: DoStmt,
  apply: (replay: Replay, node: Node) => void,
): void {
  const [body] = bodies({ DoStmt: statement });
  const texts = body === undefined ? undefined : staticStatements(body);
  const nodes = texts && parsed(replay, texts);
  if (nodes === undefined) addGap(replay, "code");
  else for (const node of nodes) apply(replay, node);
}

function parsed({ parse }: Replay, texts: readonly string[]): Node[] | undefined {
  if (parse === undefined) return undefined;
  try {
    return texts.flatMap((text) => parse(text));
  } catch {
    // PL/pgSQL that looks like SQL, or SQL with variables in it.
    return undefined;
  }
}

/** The words with which a statement begins that means the same outside of the block. */
const STATIC: ReadonlySet<string> = new Set([
  "create",
  "alter",
  "drop",
  "comment",
  "grant",
  "revoke",
  "insert",
  "update",
  "delete",
  "truncate",
]);

/** Undefined when the body is more than such statements. */
export function staticStatements(body: string): string[] | undefined {
  const reader = new Reader(body);
  if (!reader.take("begin")) return undefined;
  const found = statementsUntil(reader, ["exception", "end"]);
  if (found === undefined) return undefined;
  if (reader.take("exception") && !skipHandlers(reader)) return undefined;
  if (!reader.take("end")) return undefined;
  reader.takeSemicolon();
  return reader.done ? found : undefined;
}

function statementsUntil(reader: Reader, ends: readonly string[]): string[] | undefined {
  const found: string[] = [];
  while (!reader.done && !ends.includes(reader.word)) {
    if (STATIC.has(reader.word)) {
      found.push(reader.untilSemicolon());
    } else if (reader.word === "null" || reader.word === "raise") {
      reader.untilSemicolon();
    } else if (reader.take("if")) {
      if (!asksCatalog(reader.untilWord("then"))) return undefined;
      const inner = statementsUntil(reader, ["end"]);
      if (inner === undefined || !reader.take("end") || !reader.take("if")) return undefined;
      reader.takeSemicolon();
      found.push(...inner);
    } else if (reader.take("begin")) {
      const inner = statementsUntil(reader, ["exception", "end"]);
      if (inner === undefined) return undefined;
      if (reader.take("exception") && !skipHandlers(reader)) return undefined;
      if (!reader.take("end")) return undefined;
      reader.takeSemicolon();
      found.push(...inner);
    } else return undefined;
  }
  return found;
}

/** Whether something exists: that is asked of the system's own tables. */
function asksCatalog(condition: string): boolean {
  return /\bexists\b/i.test(condition) && /\b(pg_\w+|information_schema)\b/i.test(condition);
}

/** `WHEN duplicate_object THEN null;`: nothing happens but that the error is swallowed. */
function skipHandlers(reader: Reader): boolean {
  while (reader.take("when")) {
    if (!/^(duplicate_|undefined_|others$)/.test(reader.untilWord("then").trim().toLowerCase())) {
      return false;
    }
    while (reader.word === "null" || reader.word === "raise") reader.untilSemicolon();
  }
  return true;
}

/** The tokens of a body, one after the other. */
class Reader {
  readonly #bytes: Buffer;
  readonly #tokens: Token[] = [];
  #at = 0;

  constructor(body: string) {
    this.#bytes = Buffer.from(body);
    const { length } = this.#bytes;
    for (let at = 0, token; (token = nextToken(this.#bytes, at, length)); at = token.end) {
      if (!isComment(token)) this.#tokens.push(token);
    }
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** In lower case; empty for what is no word. */
  get word(): string {
    const token = this.#tokens[this.#at];
    return token === undefined ? "" : keyword(this.#bytes, token);
  }

  take(word: string): boolean {
    if (this.word !== word) return false;
    this.#at += 1;
    return true;
  }

  takeSemicolon(): void {
    if (this.#tokens[this.#at]?.kind === "semicolon") this.#at += 1;
  }

  /** The text up to the next semicolon, which is taken. */
  untilSemicolon(): string {
    return this.#until((token) => token.kind === "semicolon");
  }

  untilWord(word: string): string {
    return this.#until((token) => keyword(this.#bytes, token) === word);
  }

  #until(isEnd: (token: Token) => boolean): string {
    const start = this.#tokens[this.#at]?.start ?? 0;
    while (!this.done && !isEnd(this.#tokens[this.#at]!)) this.#at += 1;
    const end = this.#tokens[this.#at]?.start ?? this.#bytes.length;
    this.#at += 1;
    return this.#bytes.toString("utf8", start, end);
  }
}
