/**
 * Which failure class a SQLSTATE belongs to: a table by code, and one by its first two characters
 * for the codes that have no row of their own. Codes that mean several things have a function.
 *
 * Messages are translated by the server's lc_messages, which an ordinary role cannot change, so
 * the functions look at `routine` (the C function that raised the error) first where it tells.
 * Source: PostgreSQL documentation, appendix A, 14 to 18.
 */
import type { ServerError } from "./failure.ts";
import type { FailureClassId } from "./taxonomy.ts";

/** What the caller was doing; it decides where the same error means different things. */
export interface ClassifyContext {
  readonly phase?: "connect" | "statement" | "commit";
  /** The statement was one with CONCURRENTLY. */
  readonly concurrently?: boolean;
  /** The statement itself asks for NOWAIT. */
  readonly nowait?: boolean;
  /** Lockstep's own observer sent a cancel. */
  readonly steppedBack?: boolean;
}

export type Rule =
  | FailureClassId
  | ((error: ServerError, context: ClassifyContext) => FailureClassId);

export const BY_SQLSTATE: Readonly<Record<string, Rule>> = {
  "08000": brokenConnection,
  "08001": unreachable,
  "08003": brokenConnection,
  "08004": unreachable,
  "08006": brokenConnection,
  "08007": "commit.ambiguous",
  "08P01": brokenConnection,
  "0A000": featureOrDependency,
  "22023": invalidParameter,
  "23001": "data.foreign_key",
  "23502": "data.not_null",
  "23503": "data.foreign_key",
  "23505": uniqueOrCatalogRace,
  "23514": "data.check",
  "23P01": "data.exclusion",
  "25001": "ddl.not_in_transaction",
  "25006": "readonly",
  "25P02": "tx.aborted",
  "25P03": "idle_kill",
  "25P04": "idle_kill",
  "26000": "object.missing",
  "28000": "auth.failed",
  "28P01": "auth.failed",
  "2BP01": "object.depends",
  "2D000": "ddl.not_in_transaction", // COMMIT in a DO block or procedure inside our transaction
  "34000": "object.missing",
  "3D000": missingDatabase,
  "3F000": "object.missing",
  "40001": "serialization",
  "40003": "commit.ambiguous",
  "40P01": "deadlock",
  "42501": "permission",
  "42601": "syntax",
  "42701": "object.exists",
  "42703": "object.missing",
  "42704": "object.missing",
  "42710": "object.exists",
  "42723": "object.exists",
  "42804": "data.cast",
  "42846": "data.cast",
  "42883": "object.missing",
  "42P01": "object.missing",
  "42P02": "object.missing",
  "42P03": "object.exists",
  "42P04": "object.exists",
  "42P05": "object.exists",
  "42P06": "object.exists",
  "42P07": "object.exists",
  "53000": "memory",
  "53100": "disk",
  "53200": "memory",
  "53300": "conn.slots",
  "53400": "limits",
  "55000": notReady,
  "55006": "object.in_use",
  "55P02": "invalid.definition",
  "55P03": lockNotAvailable,
  "55P04": "ddl.enum_same_transaction",
  "57014": cancelled,
  "57P01": "conn.terminated",
  "57P02": "conn.terminated",
  "57P03": "conn.terminated",
  "57P04": "conn.terminated",
  "57P05": "idle_kill",
  "58030": "corruption",
  "58P01": "object.missing", // an extension's file or library is not installed
  "72000": "serialization", // snapshot_too_old, up to PostgreSQL 16
  XX000: internalError,
};

/** For codes without a row above. */
export const BY_SQLSTATE_CLASS: Readonly<Record<string, Rule>> = {
  "08": brokenConnection,
  "0A": featureOrDependency,
  "0L": "invalid.definition",
  "0P": "invalid.definition",
  "21": "invalid.definition",
  "22": "data.cast",
  "23": "data.check",
  "25": "invalid.definition",
  "28": "auth.failed",
  "2B": "object.depends",
  "3B": "object.missing",
  "40": "serialization",
  "42": "invalid.definition",
  "44": "data.check",
  "53": "limits",
  "54": "limits",
  "55": "object.in_use",
  P0: "guard.raise",
  XX: "corruption",
};

/**
 * Class 08 with a `routine` comes from PostgreSQL itself, in the middle of a statement that
 * connects elsewhere (CREATE SUBSCRIPTION, dblink). Our own connection is then well, and starting
 * again from the top would only repeat the error. Poolers send no `routine`.
 */
function isRemoteServer(error: ServerError, context: ClassifyContext): boolean {
  return context.phase === "statement" && error.routine !== undefined && error.severity !== "FATAL";
}

function brokenConnection(error: ServerError, context: ClassifyContext): FailureClassId {
  return isRemoteServer(error, context) ? "unknown" : "conn.lost";
}

function unreachable(error: ServerError, context: ClassifyContext): FailureClassId {
  return isRemoteServer(error, context) ? "unknown" : "conn.refused";
}

/** A setting with a wrong value, not a row; SET ROLE to a role that is not there is one as well. */
function invalidParameter(error: ServerError): FailureClassId {
  return /does not exist/.test(error.message) ? "object.missing" : "invalid.definition";
}

/** The functions that refuse with 0A000 what is in truth a dependency; renamed in PostgreSQL 16. */
const DEPENDENCY_ROUTINES = ["ATExecAlterColumnType", "RememberAllDependentForRebuilding"];

function featureOrDependency(error: ServerError): FailureClassId {
  const routine = error.routine ?? "";
  if (DEPENDENCY_ROUTINES.includes(routine)) return "object.depends";
  if (/cannot alter type of a column used/.test(error.message)) return "object.depends";
  // `extension "x" is not available`
  if (routine === "parse_extension_control_file") return "object.missing";
  return "invalid.definition";
}

/** Two sessions that create the same thing at once meet in a unique index of the catalog. */
function uniqueOrCatalogRace(error: ServerError): FailureClassId {
  const inCatalog = error.schema === undefined || error.schema === "pg_catalog";
  return inCatalog && constraintOf(error).startsWith("pg_") ? "catalog.race" : "data.unique";
}

function constraintOf(error: ServerError): string {
  return error.constraint ?? /"(pg_\w+)"/.exec(error.message)?.[1] ?? "";
}

/** 3D000 is a refused login, but also DROP or ALTER DATABASE of one that is not there. */
function missingDatabase(_error: ServerError, context: ClassifyContext): FailureClassId {
  return context.phase === "statement" ? "object.missing" : "auth.no_database";
}

/** At the login, 55000 says that the database takes no connections (datallowconn = false). */
function notReady(_error: ServerError, context: ClassifyContext): FailureClassId {
  return context.phase === "connect" ? "auth.failed" : "object.in_use";
}

/**
 * lock_timeout is raised where interrupts are processed, NOWAIT where the lock is asked for. Both
 * have 55P03; only the first is ours to retry.
 */
function lockNotAvailable(error: ServerError, context: ClassifyContext): FailureClassId {
  const timedOut =
    error.routine === "ProcessInterrupts" || /due to lock timeout/.test(error.message)
      ? true
      : error.routine !== undefined || /could not obtain lock/.test(error.message)
        ? false
        : context.nowait !== true;
  if (!timedOut) return "ddl.nowait";
  return context.concurrently ? "ddl.lock_timeout_concurrent" : "ddl.lock_timeout";
}

/**
 * 57014 is raised in one place for all reasons, so only the message tells them apart. A server
 * that translates it falls to `op.cancelled`, which is not retried either.
 */
function cancelled(error: ServerError, context: ClassifyContext): FailureClassId {
  if (/statement timeout/.test(error.message)) return "ddl.statement_timeout";
  return context.steppedBack ? "op.stepped_back" : "op.cancelled";
}

/** The messages of internal errors are never translated (elog). */
function internalError(error: ServerError): FailureClassId {
  return /^tuple concurrently (updated|deleted)/.test(error.message)
    ? "catalog.race"
    : "corruption";
}
