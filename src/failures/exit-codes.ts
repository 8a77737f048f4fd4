/**
 * Exit codes are an interface: scripts, Kubernetes pod failure policies and pipelines depend on
 * them. They stay outside 1–14, which Node uses itself, and follow sysexits(3) where it has a word
 * for the case. docs/exit-codes.md is generated from this table.
 */

export interface ExitCode {
  readonly code: number;
  readonly name: string;
  /** One sentence: when the command ends with this code. */
  readonly meaning: string;
  /** Whether running the same command again, unchanged, may succeed. */
  readonly retry: "no" | "yes" | "after-action";
  /**
   * Whom it concerns when a deploy in production ends with it: `nobody`; `author`, who changes a
   * file or a command line in working hours; `on-call`, because the deploy stands still; `urgent`,
   * because something half done is in the database.
   */
  readonly concerns: "nobody" | "author" | "on-call" | "urgent";
}

export const EXIT_CODES = {
  ok: {
    code: 0,
    name: "ok",
    meaning: "Everything asked for is done, or there was nothing to do.",
    retry: "no",
    concerns: "nobody",
  },
  usage: {
    code: 64,
    name: "usage",
    meaning: "The command line is wrong: an unknown command, flag or value.",
    retry: "no",
    concerns: "author",
  },
  invalid: {
    code: 65,
    name: "invalid",
    meaning:
      "A migration file is invalid, `verify` found a difference, or a check (`lint`, `trace --max-block`) found what must not be. Nothing was changed.",
    retry: "no",
    concerns: "author",
  },
  bug: {
    code: 70,
    name: "bug",
    meaning: "Lockstep itself failed in a way it should not.",
    retry: "no",
    concerns: "on-call",
  },
  tryAgain: {
    code: 75,
    name: "try-again",
    meaning:
      "Something passing stood in the way: a lock, another runner, a restart, no free connection.",
    retry: "yes",
    concerns: "on-call",
  },
  permission: {
    code: 77,
    name: "permission",
    meaning: "The login failed or the role may not do what the migration needs.",
    retry: "after-action",
    concerns: "on-call",
  },
  configuration: {
    code: 78,
    name: "configuration",
    meaning:
      "The configuration, the database or the connection cannot work: wrong database, read-only server, unsafe lock.",
    retry: "after-action",
    concerns: "on-call",
  },
  failed: {
    code: 79,
    name: "failed",
    meaning: "A migration failed and was rolled back; those before it stay applied.",
    retry: "after-action",
    concerns: "on-call",
  },
  partial: {
    code: 80,
    name: "partial",
    meaning:
      "A migration failed and part of it stays in the database; the journal says exactly which part.",
    retry: "after-action",
    concerns: "urgent",
  },
  drift: {
    code: 81,
    name: "drift",
    meaning: "The schema is not the one that the last run left (`--strict`).",
    retry: "after-action",
    concerns: "on-call",
  },
  gateTimeout: {
    code: 82,
    name: "gate-timeout",
    meaning: "The gate waited, and the database did not get what this build needs in time.",
    retry: "yes",
    concerns: "on-call",
  },
  interrupted: {
    code: 130,
    name: "interrupted",
    meaning: "Stopped by SIGINT (Ctrl-C); the journal is written.",
    retry: "yes",
    concerns: "nobody",
  },
  terminated: {
    code: 143,
    name: "terminated",
    meaning: "Stopped by SIGTERM; the journal is written.",
    retry: "yes",
    concerns: "nobody",
  },
} as const satisfies Record<string, ExitCode>;

export type ExitCodeName = keyof typeof EXIT_CODES;
