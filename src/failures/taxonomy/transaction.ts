/** Classes for transaction blocks: what cannot be in one, and files that interfere with ours. */
import type { FailureClass } from "../failure-class.ts";

export const TRANSACTION = {
  "ddl.not_in_transaction": {
    title: "A statement cannot run inside a transaction",
    detection:
      "The parser finds it before anything runs; or SQLSTATE 25001 or 2D000, for instance from CONCURRENTLY or VACUUM in a function, a DO block or text that the parser cannot read.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Stops, before anything runs where the parser can see it.",
    state: "Nothing of this migration stays; migrations before it stay applied.",
    action:
      "Put the statement into a file of its own (`lockstep split <file>` does it), or write `-- lockstep:transaction none` above text that the parser cannot read.",
  },
  "ddl.enum_same_transaction": {
    title: "A new enum value is used in the transaction that adds it",
    detection:
      "The parser finds ALTER TYPE … ADD VALUE and a use of the value in one file; or SQLSTATE 55P04.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Stops, before anything runs where the parser can see it.",
    state: "Nothing of this migration stays; migrations before it stay applied.",
    action:
      "Add the value in one migration and use it in the next; `lockstep split <file>` writes the two files.",
  },
  "tx.aborted": {
    title: "A statement was sent into a failed transaction",
    detection: "SQLSTATE 25P02 without an earlier error that explains it.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "bug",
    automatic: "Stops. The first error of the transaction is the one that counts.",
    state: "The transaction was rolled back; migrations before it stay applied.",
    action:
      "In a TypeScript migration, do not catch and ignore a database error; otherwise report this as a bug of Lockstep.",
  },
  "tx.control": {
    title: "The migration ended Lockstep's transaction by itself",
    detection:
      "After the file, the transaction id is not the one from the start, or COMMIT answers otherwise than it must: a COMMIT, ROLLBACK or PREPARE TRANSACTION hidden in the file.",
    retry: "never",
    partial: "possible",
    severity: "critical",
    exit: "partial",
    automatic: "Stops. The history row is not written, and the file is not run again by itself.",
    state:
      "What the file did before its own COMMIT stays in the database; the rest was rolled back.",
    action:
      "Look at what the file left and finish or undo it by hand; remove COMMIT, ROLLBACK and PREPARE TRANSACTION from it; then record it with `lockstep resolve <version> --applied` or `--not-applied`.",
  },
} as const satisfies Record<string, FailureClass>;
