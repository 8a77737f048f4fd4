/** Classes for the command line, the configuration, signals, and Lockstep's own mistakes. */
import type { FailureClass } from "../failure-class.ts";

const UNTOUCHED = "Nothing was started and nothing was changed.";

export const INVOCATION = {
  usage: {
    title: "The command line is wrong",
    detection:
      "An unknown command or flag, a value that does not fit, or a question that needs a terminal.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "usage",
    automatic: "Stops.",
    state: UNTOUCHED,
    action: "Look at `lockstep <command> --help`.",
  },
  "config.invalid": {
    title: "The configuration is not valid",
    detection:
      "The configuration file, an environment variable or the connection string cannot be read or has a wrong value.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "configuration",
    automatic: "Stops.",
    state: UNTOUCHED,
    action: "Correct the setting named above.",
  },
  "config.no_url": {
    title: "No database is given",
    detection:
      "Neither a flag nor the configuration nor the environment gives a database, and `--embedded` is not set.",
    retry: "never",
    partial: "none",
    severity: "error",
    exit: "configuration",
    automatic: "Stops. Lockstep never guesses a database.",
    state: UNTOUCHED,
    action:
      "Give a database with `--url postgres://…`, with DATABASE_URL, or with `url` in lockstep.config.ts.",
  },
  interrupted: {
    title: "Stopped by Ctrl-C",
    detection: "SIGINT, or the AbortSignal of the library.",
    retry: "never",
    partial: "possible",
    severity: "info",
    exit: "interrupted",
    automatic: "Starts nothing more, cancels what runs, writes the journal and ends.",
    state:
      "The open transaction was rolled back; migrations before it stay applied, and the journal is written.",
    action: "Run the same command again; it goes on where this run stopped.",
  },
  terminated: {
    title: "Stopped by the system",
    detection: "SIGTERM, for instance when a pod is evicted.",
    retry: "never",
    partial: "possible",
    severity: "info",
    exit: "terminated",
    automatic: "Starts nothing more, cancels what runs, writes the journal and ends.",
    state:
      "The open transaction was rolled back; migrations before it stay applied, and the journal is written.",
    action: "Run the same command again; it goes on where this run stopped.",
  },
  bug: {
    title: "Lockstep failed in a way it should not",
    detection: "An error inside Lockstep that is not a Failure, or a broken invariant.",
    retry: "never",
    partial: "unknown",
    severity: "critical",
    exit: "bug",
    automatic: "Stops; the server rolls back the open transaction when the connection ends.",
    state: "No open transaction was committed; `lockstep status` says what is applied.",
    action: "Report the message and the stack as a bug; running the same command again is safe.",
  },
} as const satisfies Record<string, FailureClass>;
