/** From an error of the server to a failure that names file, line, column and what is left behind. */
import { classify, serverError } from "../failures/classify.ts";
import { Failure, type FailureInit, type SourceLocation } from "../failures/failure.ts";
import type { FailureClassId } from "../failures/taxonomy.ts";
import { grantAdvice } from "./grant-advice.ts";
import { statementLocation } from "../sql/locate.ts";
import type { PreparedSql, PreparedStatement } from "./prepare.ts";

export interface FailureContext {
  readonly migration: string;
  readonly file: string;
  readonly class?: FailureClassId;
  readonly location?: SourceLocation;
  /** The role that runs the statement, for the advice where it lacks a right. */
  readonly role?: string;
  readonly extra?: Partial<FailureInit>;
}

/** A failure for any error; one that is a Failure already only learns what it did not know. */
export function toFailure(error: unknown, context: FailureContext): Failure {
  if (error instanceof Failure) {
    return error.with({
      migration: error.migration ?? context.migration,
      ...(error.location === undefined && context.location && { location: context.location }),
      ...context.extra,
    });
  }
  const server = serverError(error);
  const message = server?.message ?? (error instanceof Error ? error.message : String(error));
  const action = context.role === undefined ? undefined : grantAdvice(server, context.role);
  return new Failure({
    class: context.class ?? classify(error),
    what: `\`${context.migration}\` failed: ${message}.`.replace(/\.\.$/, "."),
    migration: context.migration,
    cause: error,
    ...(server && { server }),
    ...(action !== undefined && { action }),
    location: context.location ?? { file: context.file, line: 1, column: 1 },
    ...context.extra,
  });
}

/**
 * Where in the file the server's error points: its `position` counts code points from 1 inside the
 * text that was sent; the file is addressed in UTF-8 bytes.
 */
export function errorLocation(
  prepared: PreparedSql,
  statement: PreparedStatement,
  error: unknown,
): SourceLocation {
  const { file, locate } = prepared;
  return statementLocation({ path: file.path, locate }, statement, serverError(error)?.position);
}
