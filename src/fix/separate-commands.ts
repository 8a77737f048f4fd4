/**
 * One ALTER TABLE with several sub-commands as one statement for each, in the same order, so that a
 * recipe has to think of one thing only. Whether that comes to the same is proved afterwards.
 */
import type { Edit } from "../lint/finding.ts";
import type { Statement } from "../sql/statement.ts";
import { alterTableText } from "./alter-table-text.ts";

/** Undefined when there is one sub-command, or none that could be separated. */
export function separateCommands(bytes: Buffer, statement: Statement): Edit | undefined {
  const { node } = statement;
  if (!("AlterTableStmt" in node) || (node.AlterTableStmt.cmds?.length ?? 0) < 2) return undefined;
  const written = alterTableText(bytes, statement);
  if (written === undefined || written.commands.length !== node.AlterTableStmt.cmds?.length) {
    return undefined;
  }
  const { prefix, commands } = written;
  return {
    start: statement.start,
    end: statement.end,
    text: commands.map(({ text }) => `${prefix} ${text}`).join(";\n"),
  };
}
