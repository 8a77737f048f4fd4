/** Classes for migration files and modules that are wrong before anything runs, or wrongly written. */
import type { FailureClass } from "../failure-class.ts";

const UNTOUCHED = "Nothing was started and nothing was changed.";
const ROLLED_BACK =
  "The migration was rolled back and nothing of it stays; migrations before it stay applied.";

export const FILES = {
  "file.invalid": {
    title: "A migration file is not valid",
    detection:
      "The name or the content cannot be read: a wrong name, a syntax error that the parser finds, BEGIN or COMMIT in the middle.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses before anything runs.",
    state: UNTOUCHED,
    action: "Correct the file at the place shown.",
  },
  "file.duplicate": {
    title: "Two migrations have the same version or name",
    detection:
      "Versions are compared as numbers, so `7` and `007` are the same; repeatables by name.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses before anything runs.",
    state: UNTOUCHED,
    action: "Give the one that is not yet applied anywhere a new version.",
  },
  "file.format": {
    title: "A folder has the signs of two tools",
    detection:
      "Files or markers that only one tool writes are there from more than one, or a file of the folder's tool cannot be run without that tool.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses before anything runs; a format is never guessed at.",
    state: UNTOUCHED,
    action: "Name the format with `--format`, or move the other tool's files elsewhere.",
  },
  "file.directive": {
    title: "A lockstep directive is unknown or wrong",
    detection:
      "A leading comment begins with `lockstep:` and is not a known directive with a valid value.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses before anything runs; a directive is never ignored.",
    state: UNTOUCHED,
    action: "Correct the directive; the nearest known one is named.",
  },
  "file.mixed": {
    title: "A file mixes statements that can and cannot run in a transaction",
    detection: "The parser finds both kinds in one file.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses before anything runs, because such a file could stop half-way.",
    state: UNTOUCHED,
    action:
      "Run `lockstep split <file>`, or choose `-- lockstep:transaction statement` to have each statement run and journaled by itself.",
  },
  "file.psql": {
    title: "A psql command is in a SQL file",
    detection: "A line begins with a backslash command that only psql understands.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic:
      "Refuses before anything runs. `\\restrict` and `\\unrestrict` of pg_dump are accepted.",
    state: UNTOUCHED,
    action: "Replace the command by SQL; the advice for each command is shown.",
  },
  "file.placeholder": {
    title: "A placeholder has no value",
    detection:
      "Placeholders are switched on and `${name}` is neither in the configuration nor in the environment.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses before anything runs.",
    state: UNTOUCHED,
    action: "Give the placeholder a value in the configuration or in the environment.",
  },
  "file.encoding": {
    title: "A file is not UTF-8",
    detection: "The bytes are not valid UTF-8, or they contain a NUL.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses before anything runs; it never guesses an encoding.",
    state: UNTOUCHED,
    action: "Save the file as UTF-8.",
  },
  "file.no_down": {
    title: "A migration has no way down",
    detection:
      "`down` is asked for, and a migration in the range has neither a `.down.sql` file nor an exported `down`.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses the whole range before it touches anything.",
    state: UNTOUCHED,
    action: "Write the down migration, or go forward with a new migration instead.",
  },
  "module.invalid": {
    title: "A migration module cannot be used",
    detection: "The module cannot be loaded, or does not export a function `up`.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses before anything runs.",
    state: UNTOUCHED,
    action: "Correct the module: `export async function up(db) { … }`.",
  },
  "module.not_awaited": {
    title: "A migration module did not wait for its own work",
    detection: "`up` or `down` ended while a query of its context was still under way.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Waits for the query and rolls back, because its result was never looked at.",
    state: ROLLED_BACK,
    action: "Add the missing `await`, also inside loops and callbacks.",
  },
  "module.transaction": {
    title: "A migration module handles the transaction by itself",
    detection:
      "The module sends BEGIN, COMMIT, ROLLBACK or the like, or uses `db.batch` inside a transaction.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Refuses the statement and rolls back.",
    state: ROLLED_BACK,
    action:
      "Leave the transaction to Lockstep; for work in several transactions, export `transaction = false` and use `db.batch`.",
  },
} as const satisfies Record<string, FailureClass>;
