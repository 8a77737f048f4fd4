/** Statements for people: one short line without secrets. */
import { redact } from "../failures/redact.ts";
import { isComment, nextToken } from "./lexer.ts";

const LONGEST = 100;
/** More than enough for a summary; a statement of megabytes is not read to its end. */
const READ = 4000;

/**
 * The statement on one line: comments left out, white space collapsed, secrets replaced, at most
 * 100 characters.
 */
export function summarise(statement: string): string {
  // Redacted before it is shortened: a cut could hide the keyword that marks a password.
  const line = redact(oneLine(statement.slice(0, READ)));
  const points = [...line];
  return points.length <= LONGEST
    ? line
    : `${points
        .slice(0, LONGEST - 1)
        .join("")
        .trimEnd()}…`;
}

function oneLine(text: string): string {
  const bytes = Buffer.from(text, "utf8");
  let line = "";
  let end = 0;
  for (let at = 0, token; (token = nextToken(bytes, at, bytes.length)); at = token.end) {
    if (isComment(token)) continue;
    if (line !== "" && token.start > end) line += " ";
    line += bytes.toString("utf8", token.start, token.end).replace(/\s+/g, " ");
    end = token.end;
  }
  return line;
}
