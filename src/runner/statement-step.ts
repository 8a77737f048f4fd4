/** What a step of a journaled file is called in the journal, and in a failure. */
import { createHash } from "node:crypto";
import type { Failure } from "../failures/failure.ts";
import type { JournalKey } from "../history/write.ts";
import type { PreparedSql, PreparedStatement } from "./prepare.ts";
import { errorLocation, toFailure } from "./statement-failure.ts";

export function keyOf(prepared: PreparedSql, statement: PreparedStatement): JournalKey {
  return {
    migration: prepared.migration.id,
    direction: prepared.direction,
    ordinal: statement.ordinal,
  };
}

export function checksumOf(statement: Pick<PreparedStatement, "text">): string {
  return createHash("sha256").update(statement.text.replaceAll("\r\n", "\n")).digest("hex");
}

/** Of one statement, or of several that commit together. */
export function checksumOfUnit(unit: readonly Pick<PreparedStatement, "text">[]): string {
  return checksumOf({ text: unit.map(({ text }) => text).join(";\n") });
}

export function explain(
  prepared: PreparedSql,
  statement: PreparedStatement,
  cause: unknown,
): Failure {
  return toFailure(cause, {
    migration: prepared.migration.id,
    file: prepared.file.path,
    location: errorLocation(prepared, statement, cause),
  });
}
