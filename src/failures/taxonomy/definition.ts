/** Classes for statements that the server refuses because of what they say or what exists. */
import type { FailureClass } from "../failure-class.ts";

const ROLLED_BACK =
  "The migration was rolled back and nothing of it stays; migrations before it stay applied.";

export const DEFINITION = {
  "object.exists": {
    title: "The object exists already",
    detection: "SQLSTATE 42P07, 42701, 42710, 42723, 42P06, 42P05, 42P04 or 42P03.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Stops. An object of the same name is not proof that it has the same definition.",
    state: ROLLED_BACK,
    action:
      "Compare the existing object with the migration: drop it when it is a leftover; when the whole migration was run by hand before, record it with `lockstep resolve <version> --applied`.",
  },
  "object.missing": {
    title: "An object does not exist",
    detection:
      "SQLSTATE 42P01, 42703, 42704, 42883, 3F000, 42P02, 26000, 34000 or 58P01 (an extension that is not installed); `… does not exist` with 22023 (a role) or with 3D000 from a statement.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Stops.",
    state: ROLLED_BACK,
    action:
      "Check the name, the search_path, the installed extensions, and whether a migration that creates it is missing or comes later.",
  },
  "object.depends": {
    title: "Other objects depend on it",
    detection:
      "SQLSTATE 2BP01; SQLSTATE 0A000 `cannot alter type of a column used by …`, for instance a view.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Stops. Lockstep never adds CASCADE.",
    state: ROLLED_BACK,
    action:
      "Drop the dependent objects in the same migration before the change, and create them again after it; the server's detail names them.",
  },
  "index.invalid_leftover": {
    title: "An INVALID index of this name is in the way",
    detection:
      "An index of the migration has `pg_index.indisvalid = false` before the build or after it.",
    retry: "cleanup",
    partial: "possible",
    severity: "warn",
    exit: "partial",
    automatic:
      "Drops the index with DROP INDEX CONCURRENTLY and builds it again, when the journal says that Lockstep started it and nobody is building it now. An index that was there before is never touched.",
    state:
      "The INVALID index is in the database: queries do not use it, but writes may maintain it.",
    action: "Drop it with `drop index concurrently <name>`, then run the same command again.",
  },
  "invalid.definition": {
    title: "The definition is not possible",
    detection:
      "Class 42 where no other row names the code (42P16, 42P17, 42P10, 42P13, 42611, 42830 and others), 0A000, 22023, 55P02, and classes 0L, 0P, 21 and 25 likewise.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Stops.",
    state: ROLLED_BACK,
    action:
      "Rewrite the statement; the server's message says which rule it breaks, and 0A000 often means that this server version cannot do it.",
  },
  syntax: {
    title: "The server does not understand the statement",
    detection:
      "SQLSTATE 42601 from the server, in text that was not, or could not be, parsed before.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Stops.",
    state: ROLLED_BACK,
    action:
      "Correct the text at the caret; when the syntax is right for a newer PostgreSQL, this server is too old for it.",
  },
  "guard.raise": {
    title: "The migration raised an exception itself",
    detection:
      "SQLSTATE P0001 (RAISE EXCEPTION) or P0004 (ASSERT), also from a trigger or event trigger; or an exception that the code of a module throws by itself.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "failed",
    automatic: "Stops and shows the message word for word: it is the author's own condition.",
    state: ROLLED_BACK,
    action: "Do what the message asks for, then run the same command again.",
  },
  "requires.extension": {
    title: "The server lacks an extension",
    detection:
      "A pending file has CREATE EXTENSION, and the name is neither in pg_available_extensions nor in pg_extension.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "configuration",
    automatic: "Looks before anything runs.",
    state: "Nothing was started and nothing was changed.",
    action:
      "Install the extension's files on the server (a package of the operating system, or a setting of the hosting), and run the same command again.",
  },
  "requires.role": {
    title: "A role that a migration needs does not exist",
    detection:
      "A pending file grants to, is owned by or switches to a role that is not in pg_roles and that no pending file creates.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "configuration",
    automatic: "Looks before anything runs.",
    state: "Nothing was started and nothing was changed.",
    action: "Create the role, and run the same command again.",
  },
  permission: {
    title: "The role may not do this",
    detection:
      "SQLSTATE 42501 (not the owner, no CREATE on the schema, an extension for superusers).",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "permission",
    automatic: "Stops.",
    state: ROLLED_BACK,
    action:
      "Grant what is missing (`lockstep grants` prints the SQL for the runner's role), or run the file as the owner with `-- lockstep:role <owner>`.",
  },
} as const satisfies Record<string, FailureClass>;
