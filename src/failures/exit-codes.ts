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
}

export const EXIT_CODES = {
  ok: {
    code: 0,
    name: "ok",
    meaning: "Everything asked for is done, or there was nothing to do.",
    retry: "no",
  },
  usage: {
    code: 64,
    name: "usage",
    meaning: "The command line is wrong: an unknown command, flag or value.",
    retry: "no",
  },
  invalid: {
    code: 65,
    name: "invalid",
    meaning:
      "A migration file is invalid, `verify` found a difference, or a check (`lint`, `trace --max-block`) found what must not be. Nothing was changed.",
    retry: "no",
  },
  bug: {
    code: 70,
    name: "bug",
    meaning: "Lockstep itself failed in a way it should not.",
    retry: "no",
  },
  tryAgain: {
    code: 75,
    name: "try-again",
    meaning:
      "Something passing stood in the way: a lock, another runner, a restart, no free connection.",
    retry: "yes",
  },
  permission: {
    code: 77,
    name: "permission",
    meaning: "The login failed or the role may not do what the migration needs.",
    retry: "after-action",
  },
  configuration: {
    code: 78,
    name: "configuration",
    meaning:
      "The configuration, the database or the connection cannot work: wrong database, read-only server, unsafe lock.",
    retry: "after-action",
  },
  failed: {
    code: 79,
    name: "failed",
    meaning: "A migration failed and was rolled back; those before it stay applied.",
    retry: "after-action",
  },
  partial: {
    code: 80,
    name: "partial",
    meaning:
      "A migration failed and part of it stays in the database; the journal says exactly which part.",
    retry: "after-action",
  },
  drift: {
    code: 81,
    name: "drift",
    meaning: "The schema is not the one that the last run left (`--strict`).",
    retry: "after-action",
  },
  gateTimeout: {
    code: 82,
    name: "gate-timeout",
    meaning: "Reserved: the gate waited and the schema did not become ready in time.",
    retry: "yes",
  },
  interrupted: {
    code: 130,
    name: "interrupted",
    meaning: "Stopped by SIGINT (Ctrl-C); the journal is written.",
    retry: "yes",
  },
  terminated: {
    code: 143,
    name: "terminated",
    meaning: "Stopped by SIGTERM; the journal is written.",
    retry: "yes",
  },
} as const satisfies Record<string, ExitCode>;

export type ExitCodeName = keyof typeof EXIT_CODES;
