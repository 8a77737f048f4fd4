/** Classes for taking over the history of another tool. */
import type { FailureClass } from "../failure-class.ts";

const UNTOUCHED = "Nothing was changed, neither in the other tool's history nor in Lockstep's.";

export const TAKEOVER = {
  "adopt.none": {
    title: "There is no history to adopt",
    detection: "No table of a known tool is in the database, or not that of the tool asked for.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Looks in every schema and tells tables of the same name apart by their columns.",
    state: UNTOUCHED,
    action:
      "Check the database and the role's rights; name the tool with `--from`. A new database needs no adoption: run `lockstep up`.",
  },
  "adopt.ambiguous": {
    title: "There is more than one history to adopt",
    detection: "Tables of several tools, or of one tool in several schemas, are in the database.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses; it never picks one.",
    state: UNTOUCHED,
    action: "Name the tool with `--from`, or the table with `--table schema.name`.",
  },
  "adopt.failed_row": {
    title: "The other tool's history has a failed migration",
    detection: "A row is dirty, not finished, or marked as failed.",
    retry: "never",
    partial: "unknown",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses to adopt anything: nobody knows how much of that migration is there.",
    state: UNTOUCHED,
    action:
      "Look what of the migration is in the database, finish it or take it back by hand, settle the row with the other tool, and adopt again.",
  },
  "adopt.unknown_rows": {
    title: "The other tool has applied migrations that the folder does not have",
    detection:
      "Rows of its history belong to no file, and nothing says what the file would be called here.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses: a later checkout with these files would run them again.",
    state: UNTOUCHED,
    action:
      "Adopt from a checkout that has the files; or leave the rows out with `--accept-missing` when the files are gone for good.",
  },
  "adopt.behind": {
    title: "The other tool went on by itself",
    detection:
      "Its history is kept up to date (`adopt --keep-theirs`), and has a migration that Lockstep's does not know.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses to go on: the migration would be applied twice.",
    state: "Nothing of the migration was applied here; those before it stay.",
    action: "Run `lockstep adopt --keep-theirs` again, then `lockstep up`.",
  },
  "adopt.busy": {
    title: "The other tool is at work",
    detection: "Its own lock is held for the whole time that Lockstep waits.",
    retry: "never",
    partial: "none",
    severity: "warn",
    exit: "tryAgain",
    automatic: "Polls its lock without ever queueing for it.",
    state: UNTOUCHED,
    action: "Let its run end, then adopt again.",
  },
  "adopt.differs": {
    title: "The two tools do not make the same schema",
    detection: "Each ran all migrations on a sandbox of its own, and the catalogs differ.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "drift",
    automatic: "Names what only one of the two has.",
    state: "Only sandboxes were touched; they are gone.",
    action: "Look at the differences before anything is switched.",
  },
} as const satisfies Record<string, FailureClass>;
