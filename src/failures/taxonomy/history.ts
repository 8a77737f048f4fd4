/** Classes for a history that disagrees with the files or with the schema. */
import type { FailureClass } from "../failure-class.ts";

const UNTOUCHED = "Nothing was changed.";

export const HISTORY = {
  "history.checksum": {
    title: "A migration was edited after it was applied",
    detection:
      "The checksum in the history differs from that of the file (line endings and a BOM do not count).",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses to apply anything.",
    state: UNTOUCHED,
    action:
      "Put the file back as it was and write the change as a new migration; when the edit changes nothing in the schema, accept it with `lockstep repair`.",
  },
  "history.missing": {
    title: "An applied migration has no file",
    detection:
      "The history names a version that is in none of the folders, and that is not newer than all files.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses to apply anything.",
    state: UNTOUCHED,
    action:
      "Bring the file back from version control, or check that `--dir` and the branch are the right ones.",
  },
  "history.order": {
    title: "A pending migration is older than an applied one",
    detection: "A file that is not applied has a lower version than one that is.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "invalid",
    automatic: "Refuses to apply anything, unless out-of-order files are allowed.",
    state: UNTOUCHED,
    action:
      'Give the file a version after the last applied one, or allow it with `outOfOrder: "allow"` when it does not matter which came first.',
  },
  "history.interrupted": {
    title: "A migration was interrupted before its end",
    detection: "The journal has a step that was started and never finished.",
    retry: "cleanup",
    partial: "possible",
    severity: "warn",
    exit: "invalid",
    automatic:
      "The next `up` probes each such step (done, half, none), cleans up and goes on from there.",
    state: "The steps before the interrupted one stay; the journal names them.",
    action: "Run `lockstep up`; it recovers by itself.",
  },
  "history.unknown_outcome": {
    title: "Nobody can tell whether a step took effect",
    detection:
      "The journal has a step that was started and never finished, and its kind of statement has no probe.",
    retry: "never",
    partial: "unknown",
    severity: "error",
    exit: "partial",
    automatic: "Stops rather than running the statement twice.",
    state: "The statement has either taken full effect or none; the steps before it stay.",
    action:
      "Look in the database whether the statement shown took effect, then say so: `lockstep resolve <version> --applied` or `--not-applied`.",
  },
  "history.newer": {
    title: "The history was written by a newer Lockstep",
    detection: "The format version in the history tables is higher than this version knows.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "configuration",
    automatic: "Refuses to read further or to write.",
    state: UNTOUCHED,
    action: "Use the version of Lockstep that last ran against this database, or a newer one.",
  },
  drift: {
    title: "The schema is not the one that the last run left",
    detection: "The fingerprint of the catalog differs from the one stored by the last run.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "drift",
    automatic: "Warns; refuses with `--strict`.",
    state: UNTOUCHED,
    action:
      "Find out who changed the schema by hand and write the change as a migration, or run once without `--strict` to accept it.",
  },
} as const satisfies Record<string, FailureClass>;
