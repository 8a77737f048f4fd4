/** Classes for the advisory lock that lets one runner work at a time. */
import type { FailureClass } from "../failure-class.ts";

export const RUNNER_LOCK = {
  "runner.lock_busy": {
    title: "Another runner is at work",
    detection:
      "`pg_try_advisory_lock` stays false until the time for waiting (`--lock-wait`) is over.",
    retry: "never",
    partial: "none",
    severity: "warn",
    exit: "tryAgain",
    automatic:
      "Polls with jitter and disconnects between polls; every few seconds it says who holds the lock, since when, and how to end it.",
    state: "This run has changed nothing; the other runner may be changing the schema now.",
    action:
      "Wait for the other run and start again; when the holder named above is dead, end it with the pg_terminate_backend line shown.",
  },
  "runner.lock_lost": {
    title: "The runner lost its lock while it worked",
    detection:
      "The check inside each transaction finds that this backend no longer holds the key (a file ran `discard all` or `pg_advisory_unlock_all`, or a pooler changed the backend).",
    retry: "reconnect",
    partial: "unknown",
    severity: "error",
    exit: "tryAgain",
    automatic: "Rolls back at once, ends its own sessions and starts again from the top.",
    state:
      "The open transaction was rolled back; the history, read again by the next run, says what is applied.",
    action:
      "Remove `discard all` and `pg_advisory_unlock_all` from the migration, connect without a pooler, then run the same command again.",
  },
  "runner.lock_unsafe": {
    title: "The lock does not lock on this connection",
    detection:
      "A probe at the start fails: a second connection gets the same key although it is taken, or the lock is not to be found in pg_locks.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "configuration",
    automatic: "Refuses to start, because two runners could work at once.",
    state: "Nothing was started and nothing was changed.",
    action:
      "Connect directly to PostgreSQL; a server that only imitates PostgreSQL's advisory locks cannot be migrated safely.",
  },
  "runner.pooled_refused": {
    title: "This work cannot be done through a transaction pooler",
    detection:
      "The connection goes through a pooler in transaction mode, and the migration cannot run in a transaction or changes the session (SET without LOCAL).",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "configuration",
    automatic: "Refuses before the migration starts.",
    state: "Nothing of this migration was started; migrations before it stay applied.",
    action:
      "Give a direct URL (not the pooler's port or host), or one in session mode; `lockstep doctor` shows which kind this connection is.",
  },
  "runner.moved": {
    title: "The sessions of this run reach different servers",
    detection:
      "System identifier, timeline or start time of the server differ between the sessions of one run: a failover, or a load balancer in front of several servers.",
    retry: "reconnect",
    partial: "none",
    severity: "error",
    exit: "tryAgain",
    automatic: "Closes all sessions and starts again from the top.",
    state:
      "The open transaction was rolled back; the history on the new server says what is applied.",
    action:
      "Wait until the failover is over, and give one address that always leads to the primary, then run the same command again.",
  },
} as const satisfies Record<string, FailureClass>;
