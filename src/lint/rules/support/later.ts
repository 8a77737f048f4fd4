/** What comes later in the file: a rule may have to know before it speaks. */
import type { StatementContext } from "../../context.ts";
import type { Statement } from "../../../sql/statement.ts";

export function laterStatements({ statement, file }: StatementContext): Statement[] {
  return file.parsed.statements.filter(({ ordinal }) => ordinal > statement.ordinal);
}
