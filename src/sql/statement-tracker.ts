/**
 * Where statements end, for texts that the parser cannot be asked about: psql scripts with inline
 * data, and syntax newer than the parser. A semicolon inside parentheses (CREATE RULE) or inside a
 * BEGIN ATOMIC body (since 14) does not end a statement, as in psql.
 */
import { isComment, keyword, nextToken, type Token } from "./lexer.ts";

export class StatementTracker {
  /** No token of the next statement has been seen yet. */
  atStart = true;
  /** Lower-case first words of the statement, at most four. */
  readonly words: string[] = [];
  parentheses = 0;
  #atomic = 0;
  #last = "";

  /** Takes the next token that is not a comment; true when it ends the statement. */
  feed(bytes: Buffer, token: Token): boolean {
    if (token.kind === "semicolon" && this.parentheses <= 0 && this.#atomic === 0) {
      this.reset();
      return true;
    }
    this.atStart = false;
    if (token.kind === "open") this.parentheses++;
    else if (token.kind === "close") this.parentheses--;
    const word = keyword(bytes, token);
    if (word !== "") this.#word(word);
    this.#last = word;
    return false;
  }

  reset(): void {
    this.atStart = true;
    this.words.length = 0;
    this.parentheses = 0;
    this.#atomic = 0;
    this.#last = "";
  }

  #word(word: string): void {
    if (this.words.length < 4) this.words.push(word);
    if (this.words[0] !== "create" || this.parentheses > 0) return;
    if (word === "atomic" && this.#last === "begin") this.#atomic++;
    else if (this.#atomic === 0) return;
    else if (word === "case") this.#atomic++;
    else if (word === "end") this.#atomic--;
  }
}

export interface StatementRange {
  /** From the first token to the last, without comments around and without the semicolon. */
  readonly start: number;
  readonly end: number;
  /** Lower-case first words, at most four. */
  readonly words: readonly string[];
}

/** Splits a text into its statements without understanding them. */
export function splitStatements(bytes: Buffer, from = 0, limit = bytes.length): StatementRange[] {
  const ranges: StatementRange[] = [];
  const tracker = new StatementTracker();
  let start = -1;
  let end = -1;
  let words: string[] = [];
  const close = () => {
    if (start >= 0) ranges.push({ start, end, words });
    start = -1;
  };
  for (let at = from, token; (token = nextToken(bytes, at, limit)); at = token.end) {
    if (isComment(token)) continue;
    if (tracker.feed(bytes, token)) close();
    else {
      if (start < 0) start = token.start;
      end = token.end;
      words = [...tracker.words];
    }
  }
  close();
  return ranges;
}
