/**
 * Whether a text that code sends at run time would begin or end a transaction. It is asked before
 * the text is sent, because a COMMIT that has reached the server cannot be taken back.
 */
import { type Parser, ParserError } from "./parser.ts";
import { isSavepoint } from "./transaction-control.ts";

/** Without one of these words there is nothing to look for, and no parser has to be loaded. */
const SUSPICIOUS = /\b(begin|start|commit|end|rollback|abort|prepare)\b/i;

/** The statement as written, or undefined when there is none or the parser cannot read the text. */
export async function transactionControlIn(
  text: string,
  loadParser: () => Promise<Parser>,
): Promise<string | undefined> {
  if (!SUSPICIOUS.test(text)) return undefined;
  const parser = await loadParser();
  const bytes = Buffer.from(text);
  try {
    for (const { stmt, stmt_location: start = 0, stmt_len: length } of parser.parse(text).stmts) {
      if (!stmt || !("TransactionStmt" in stmt) || isSavepoint({ node: stmt })) continue;
      const end = length ? start + length : bytes.length;
      return bytes.subarray(start, end).toString("utf8").trim();
    }
  } catch (error) {
    // The server may read what the parser cannot; the guards of the transaction stay behind it.
    if (!(error instanceof ParserError)) throw error;
  }
  return undefined;
}
