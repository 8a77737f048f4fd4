/** The refusals to go on with a step that an interrupted run left open. */
import { Failure } from "../failures/failure.ts";
import type { PreparedSql, PreparedStatement } from "./prepare.ts";

export function unknownOutcome(
  prepared: PreparedSql,
  statement: PreparedStatement,
  what: string,
): Failure {
  const id = prepared.migration.version ?? prepared.migration.id;
  return new Failure({
    class: "history.unknown_outcome",
    migration: prepared.migration.id,
    location: {
      file: prepared.file.path,
      line: statement.line,
      column: statement.column,
    },
    what: `Statement ${statement.ordinal} of \`${prepared.migration.id}\` was interrupted, and its outcome is not known: ${what}.`,
    action: `Look at the database, then run \`lockstep resolve ${id} --applied\` or \`lockstep resolve ${id} --not-applied\`.`,
  });
}

export function editedAfterDone(prepared: PreparedSql, statement: PreparedStatement): Failure {
  return new Failure({
    class: "history.checksum",
    migration: prepared.migration.id,
    location: { file: prepared.file.path, line: statement.line, column: statement.column },
    what: `Statement ${statement.ordinal} of \`${prepared.migration.id}\` is done already, but its text was changed since.`,
    action: "Restore the statement; put further changes into a new migration.",
  });
}
