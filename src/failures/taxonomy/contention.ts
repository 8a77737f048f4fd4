/** Classes for work that other sessions stand in the way of, or that steps aside for them. */
import type { FailureClass } from "../failure-class.ts";

export const CONTENTION = {
  "ddl.lock_timeout": {
    title: "A lock was not free in time",
    detection: "SQLSTATE 55P03 `canceling statement due to lock timeout`, in a transaction.",
    retry: "transaction",
    partial: "none",
    severity: "warn",
    exit: "tryAgain",
    automatic:
      "Rolls back at once, so that nobody queues behind the waiting statement, and tries the whole transaction again after a growing, jittered pause until the budget is used up. Each attempt names the blockers. There is no last attempt without a cap.",
    state:
      "The migration was rolled back and nothing of it stays; migrations before it stay applied.",
    action:
      "End the sessions that hold the lock or wait for them to finish, then run the same command again.",
  },
  "ddl.lock_timeout_concurrent": {
    title: "A concurrent statement ran into a lock timeout",
    detection:
      "SQLSTATE 55P03 `canceling statement due to lock timeout` from a statement with CONCURRENTLY.",
    retry: "cleanup",
    partial: "possible",
    severity: "warn",
    exit: "tryAgain",
    automatic:
      "Removes what the statement left (an INVALID index) and runs it again. Lockstep itself runs these statements with lock_timeout = 0; the timeout comes from somewhere else, such as a SET in the file.",
    state:
      "An INVALID index or a half-detached partition may be left; the next run removes or finishes it.",
    action:
      "Remove the lock_timeout that the file sets, wait for long transactions to end, then run the same command again.",
  },
  "ddl.nowait": {
    title: "A NOWAIT in the migration found the lock taken",
    detection:
      "SQLSTATE 55P03 `could not obtain lock on …`, raised by NOWAIT in the migration itself.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic:
      "Stops. The author asked not to wait, so Lockstep does not wait in the author's place.",
    state:
      "The migration was rolled back and nothing of it stays; migrations before it stay applied.",
    action:
      "Run the same command again when the lock is free, or remove NOWAIT so that Lockstep keeps trying under its stall cap.",
  },
  "ddl.statement_timeout": {
    title: "A statement took longer than its statement_timeout",
    detection: "SQLSTATE 57014 `canceling statement due to statement timeout`.",
    retry: "never",
    partial: "possible",
    severity: "error",
    exit: "failed",
    automatic: "Stops. A timeout is never raised without being asked.",
    state:
      "The transaction was rolled back; a statement that ran outside a transaction may have left a part, which the journal names.",
    action:
      "Split the work into smaller migrations or batches, or allow this file more time with `-- lockstep:statement-timeout 30min`.",
  },
  "op.cancelled": {
    title: "Somebody cancelled the statement",
    detection: "SQLSTATE 57014 `canceling statement due to user request`, not sent by Lockstep.",
    retry: "never",
    partial: "possible",
    severity: "warn",
    exit: "failed",
    automatic: "Stops. A person or a watchdog decided this; Lockstep does not fight them.",
    state:
      "The transaction was rolled back; a statement that ran outside a transaction may have left a part, which the journal names.",
    action:
      "Find out who called pg_cancel_backend and why (the server log has the time), then run the same command again.",
  },
  "op.stepped_back": {
    title: "Lockstep stepped back for sessions that waited behind it",
    detection:
      "SQLSTATE 57014 `canceling statement due to user request`, sent by Lockstep's own observer because a session waited longer than the stall cap.",
    retry: "transaction",
    partial: "none",
    severity: "warn",
    exit: "tryAgain",
    automatic:
      "Cancels its own statement, rolls back, lets the waiting sessions through and tries again after a growing, jittered pause until the budget is used up.",
    state:
      "The migration was rolled back and nothing of it stays; migrations before it stay applied.",
    action:
      "Run again at a quieter time, split the migration so that it holds its locks for a shorter time, or allow a longer wait with `-- lockstep:lock-timeout 2s`.",
  },
  deadlock: {
    title: "A deadlock with another session",
    detection: "SQLSTATE 40P01.",
    retry: "transaction",
    partial: "possible",
    severity: "warn",
    exit: "tryAgain",
    automatic:
      "Runs the transaction again, at most three times. After a concurrent index build that was chosen as the victim, removes the INVALID index first.",
    state:
      "The transaction was rolled back; a concurrent index build may have left an INVALID index, which the next run removes.",
    action:
      "Run the same command again; when it happens again, lock the tables in the order in which the application locks them.",
  },
  serialization: {
    title: "A serialization conflict with another transaction",
    detection: "SQLSTATE 40001; 72000 (snapshot too old) up to PostgreSQL 16.",
    retry: "transaction",
    partial: "none",
    severity: "info",
    exit: "tryAgain",
    automatic: "Runs the whole transaction again.",
    state:
      "The migration was rolled back and nothing of it stays; migrations before it stay applied.",
    action: "Run the same command again.",
  },
  "catalog.race": {
    title: "Another session changed the same catalog rows at the same moment",
    detection:
      "SQLSTATE XX000 `tuple concurrently updated` or `tuple concurrently deleted`; SQLSTATE 23505 on a constraint of the system catalog (`pg_…`).",
    retry: "transaction",
    partial: "none",
    severity: "info",
    exit: "tryAgain",
    automatic: "Runs the whole transaction again with jitter, at most five times.",
    state:
      "The migration was rolled back and nothing of it stays; migrations before it stay applied.",
    action:
      "Find the other tool or job that runs DDL or GRANT at the same time, then run the same command again.",
  },
  "object.in_use": {
    title: "An object is in use or not in the right state",
    detection:
      "SQLSTATE 55006 (pending trigger events, a database with sessions, an active replication slot) or 55000 (not in the prerequisite state).",
    retry: "transaction",
    partial: "none",
    severity: "warn",
    exit: "failed",
    automatic: "Runs the transaction again a few times, then stops.",
    state:
      "The migration was rolled back and nothing of it stays; migrations before it stay applied.",
    action:
      "Close the sessions that use the object; for pending trigger events, run `set constraints all immediate` before the statement or move it to its own migration.",
  },
} as const satisfies Record<string, FailureClass>;
