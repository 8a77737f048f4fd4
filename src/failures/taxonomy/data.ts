/** Classes for rows that contradict what a migration declares or converts. */
import type { FailureClass } from "../failure-class.ts";

const ROLLED_BACK =
  "The migration was rolled back and nothing of it stays; migrations before it stay applied.";

export const DATA = {
  "data.unique": {
    title: "Rows are duplicates under a unique index or constraint",
    detection: "SQLSTATE 23505 on a constraint of a user's table.",
    retry: "never",
    partial: "possible",
    severity: "error",
    exit: "failed",
    automatic:
      "Stops. After a concurrent build the INVALID index is removed, because it would go on to refuse new rows.",
    state: ROLLED_BACK,
    action:
      "Find the duplicates with `select <columns>, count(*) from <table> group by <columns> having count(*) > 1`, merge or remove them, then run the same command again.",
  },
  "data.check": {
    title: "Rows violate a CHECK constraint",
    detection: "SQLSTATE 23514; 44000 for a view WITH CHECK OPTION.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Stops. A NOT VALID constraint added by an earlier migration stays, as intended.",
    state: ROLLED_BACK,
    action:
      "Find the rows with `select * from <table> where not (<condition>)`, correct them, then run the same command again.",
  },
  "data.not_null": {
    title: "Rows are NULL where the migration allows none",
    detection: "SQLSTATE 23502.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Stops.",
    state: ROLLED_BACK,
    action:
      "Fill the column (`update <table> set <column> = … where <column> is null`) or give it a default, then run the same command again.",
  },
  "data.foreign_key": {
    title: "Rows point to rows that do not exist",
    detection: "SQLSTATE 23503, or 23001 for RESTRICT.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Stops. A NOT VALID constraint added by an earlier migration stays, as intended.",
    state: ROLLED_BACK,
    action:
      "Find the orphans with a left join to the referenced table, remove or correct them, then run the same command again.",
  },
  "data.cast": {
    title: "A value does not fit its new type",
    detection:
      "SQLSTATE class 22 (22P02, 22003, 22001, 22007, 22008 and others), or 42804 or 42846 where types do not match.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Stops.",
    state: ROLLED_BACK,
    action:
      "Correct the values that do not fit, or say how to convert them with `using` in the ALTER COLUMN TYPE, then run the same command again.",
  },
  "data.exclusion": {
    title: "Rows conflict under an exclusion constraint",
    detection: "SQLSTATE 23P01.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Stops.",
    state: ROLLED_BACK,
    action:
      "Find the overlapping rows by joining the table with itself on the constraint's operators, correct them, then run the same command again.",
  },
} as const satisfies Record<string, FailureClass>;
