/**
 * Files that this parser cannot read. A server newer than the parser may: such a file is sent
 * whole, as it is. That is only possible where nothing has to be taken out of it.
 */
import { Failure } from "../failures/failure.ts";
import type { InlineBlocks } from "./inline-blocks.ts";
import { codePointsToBytes, type Locate } from "./locate.ts";
import type { ParserError } from "./parser.ts";
import { psqlVariableFailure } from "./psql-commands.ts";
import type { SourceText } from "./source-text.ts";
import { splitStatements } from "./statement-tracker.ts";
import type { ParsedFile } from "./statement.ts";

export interface Unreadable {
  readonly path: string;
  readonly text: string;
  readonly source: SourceText;
  readonly blocks: InlineBlocks;
  readonly error: ParserError;
  readonly locate: Locate;
}

/** First words of statements that would end the runner's transaction, or open another. */
const CONTROL = new Set(["begin", "start", "commit", "end", "abort", "prepare", "rollback"]);

export function describeUnreadable(file: Unreadable): NonNullable<ParsedFile["opaque"]> {
  const { path, text, source, blocks, error, locate } = file;
  const at = codePointsToBytes(text, error.cursorPosition ?? 0);
  const offset = source.toFile(at, "start");
  const place = locate(offset);
  const variable = psqlVariableFailure(path, source.bytes, at, () => place);
  if (variable !== undefined) throw variable;
  const syntax = (why: string) =>
    new Failure({
      class: "syntax",
      what: `The parser cannot read the file: ${error.message}.`,
      action: `Correct the syntax at line ${place.line}. ${why}`,
      location: { file: path, ...place },
      // Refused before anything was sent.
      exit: "invalid",
      cause: error,
    });
  if (blocks.cuts.length > 0 || blocks.copyData.length > 0) {
    throw syntax(
      "If the server knows this syntax, move the `copy … from stdin` rows and psql lines to a file of their own, so that this one can be sent as it is.",
    );
  }
  if (controlsTransaction(source.bytes)) {
    throw syntax(
      "If the server knows this syntax, remove `begin` and `commit`, so that the file can be sent as it is.",
    );
  }
  return { text, reason: error.message, line: place.line, offset };
}

function controlsTransaction(bytes: Buffer): boolean {
  return splitStatements(bytes).some(({ words }) => {
    const [first, second, third] = words;
    if (first === undefined || !CONTROL.has(first)) return false;
    if (first === "start") return second === "transaction";
    // PREPARE name AS is a prepared statement; ROLLBACK TO only goes back to a savepoint.
    if (first === "prepare") return second === "transaction";
    if (first === "rollback") return second !== "to" && third !== "to";
    return true;
  });
}
