/**
 * From anything that was thrown to a class of the taxonomy. This is the only place that decides
 * it, so that retries, exit codes, metrics and texts never disagree.
 */
import {
  BY_DRIVER_MESSAGE,
  BY_NODE_CODE,
  BY_POOLER_MESSAGE,
  TLS_CODE_PREFIX,
  type MessageRule,
} from "./driver-errors.ts";
import { Failure, type ServerError } from "./failure.ts";
import { causes, serverError } from "./server-error.ts";
import { BY_SQLSTATE, BY_SQLSTATE_CLASS, type ClassifyContext } from "./sqlstates.ts";
import type { FailureClassId } from "./taxonomy.ts";

export { serverError } from "./server-error.ts";
export type { ClassifyContext } from "./sqlstates.ts";

export function classify(error: unknown, context: ClassifyContext = {}): FailureClassId {
  // Somebody who knew more has decided already.
  if (error instanceof Failure) return error.class;
  const server = serverError(error);
  return inPhase(server ? ofServer(server, context) : ofDriver(error), context);
}

function ofServer(error: ServerError, context: ClassifyContext): FailureClassId {
  if (error.routine === undefined) {
    const pooler = byMessage(BY_POOLER_MESSAGE, error.message);
    if (pooler && isPoolerCode(error.sqlstate)) return pooler;
  }
  if (isRaisedByAuthor(error)) return "guard.raise";
  const rule = BY_SQLSTATE[error.sqlstate] ?? BY_SQLSTATE_CLASS[error.sqlstate.slice(0, 2)];
  if (typeof rule === "function") return rule(error, context);
  return rule ?? "unknown";
}

/** PgBouncer's own errors; the ones that it passes on keep the server's code. */
function isPoolerCode(sqlstate: string): boolean {
  return sqlstate.startsWith("08") || sqlstate.startsWith("58");
}

/**
 * RAISE in PL/pgSQL can use any SQLSTATE, also one of ours. It is the author's condition all the
 * same, except in class 40, with which an author asks for the transaction to be run again.
 */
function isRaisedByAuthor(error: ServerError): boolean {
  return error.routine === "exec_stmt_raise" && !error.sqlstate.startsWith("40");
}

function ofDriver(error: unknown): FailureClassId {
  for (const candidate of causes(error)) {
    const { code, syscall } = candidate as NodeJS.ErrnoException;
    // Whatever goes wrong in connect(2), for instance ENOENT of a Unix socket or ETIMEDOUT.
    if (syscall === "connect") return "conn.refused";
    const known =
      (typeof code === "string" && byNodeCode(code)) ||
      byMessage(BY_DRIVER_MESSAGE, candidate.message);
    if (known) return known;
  }
  return isProgrammingError(error) ? "bug" : "unknown";
}

function byNodeCode(code: string): FailureClassId | undefined {
  if (Object.hasOwn(BY_NODE_CODE, code)) return BY_NODE_CODE[code];
  return TLS_CODE_PREFIX.test(code) ? "auth.tls" : undefined;
}

/** What JavaScript itself throws; nothing outside can cause these. */
function isProgrammingError(error: unknown): boolean {
  return (
    error instanceof TypeError || error instanceof ReferenceError || error instanceof RangeError
  );
}

function byMessage(rules: readonly MessageRule[], message: string): FailureClassId | undefined {
  return rules.find(([pattern]) => pattern.test(message))?.[1];
}

/** The classes after which nobody knows whether a COMMIT under way took effect. */
const CONNECTION_GONE: ReadonlySet<FailureClassId> = new Set([
  "conn.lost",
  "conn.terminated",
  "conn.refused",
  "idle_kill",
]);

/**
 * A connection that breaks before it is made was refused; one that breaks during COMMIT leaves the
 * outcome open. That holds for 57P01 too: it is raised after the commit is recorded when a backend
 * is ended while it waits for synchronous replication.
 */
function inPhase(id: FailureClassId, context: ClassifyContext): FailureClassId {
  if (context.phase === "connect" && id === "conn.lost") return "conn.refused";
  if (context.phase === "commit" && CONNECTION_GONE.has(id)) return "commit.ambiguous";
  return id;
}
