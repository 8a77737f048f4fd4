/** Classes for a server at its limits, or damaged. */
import type { FailureClass } from "../failure-class.ts";

export const SERVER = {
  disk: {
    title: "The server's disk is full",
    detection: "SQLSTATE 53100.",
    retry: "never",
    partial: "possible",
    severity: "critical",
    exit: "failed",
    automatic: "Stops at once; trying again would fill the disk again.",
    state:
      "The transaction was rolled back; a concurrent index build may have left an INVALID index, which the next run removes.",
    action:
      "Free disk space on the database server now (look at pg_wal and at replication slots first), then run the same command again with at least twice the table's size free.",
  },
  memory: {
    title: "The server is out of memory or of lock slots",
    detection: "SQLSTATE 53200 (also `out of shared memory`: max_locks_per_transaction) or 53000.",
    retry: "never",
    partial: "possible",
    severity: "error",
    exit: "failed",
    automatic: "Stops.",
    state:
      "The transaction was rolled back; a concurrent index build may have left an INVALID index, which the next run removes.",
    action:
      "Split the migration so that one transaction touches fewer tables, or raise max_locks_per_transaction and restart the server.",
  },
  limits: {
    title: "A limit of PostgreSQL or of this server is reached",
    detection:
      "SQLSTATE 53400 (temp_file_limit) or class 54 (row too large, too many columns, stack depth).",
    retry: "never",
    partial: "possible",
    severity: "error",
    exit: "failed",
    automatic: "Stops.",
    state:
      "The transaction was rolled back; a concurrent index build may have left an INVALID index, which the next run removes.",
    action:
      "Change the design (for an index row that is too large: a hash or an expression index), or raise the limit that the message names.",
  },
  corruption: {
    title: "The server reports damaged data or an internal error",
    detection: "SQLSTATE XX001, XX002, 58030, or XX000 that no other row names.",
    retry: "never",
    partial: "unknown",
    severity: "critical",
    exit: "failed",
    automatic: "Stops everything and tries nothing again.",
    state: "The transaction was not committed; the data on the server may be damaged.",
    action:
      "Call the person responsible for the database now: secure the backups, read the server log, check with amcheck; do not run migrations until it is understood.",
  },
  unknown: {
    title: "An error that the taxonomy does not know",
    detection: "Any SQLSTATE or driver error that no other row names.",
    retry: "never",
    partial: "unknown",
    severity: "error",
    exit: "failed",
    automatic: "Stops.",
    state: "The transaction was not committed; `lockstep status` says what is applied.",
    action: "Read the message above, check with `lockstep status`, and correct the migration.",
  },
} as const satisfies Record<string, FailureClass>;
