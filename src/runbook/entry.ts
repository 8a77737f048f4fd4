/** What the runbook says of one failure class: the page, the state, what to do. Pure. */
import { EXIT_CODES, type ExitCode } from "../failures/exit-codes.ts";
import type { FailureClass } from "../failures/failure-class.ts";
import { FAILURE_CLASSES, failureClass, type FailureClassId } from "../failures/taxonomy.ts";
import { firstLooks, type FirstLook } from "./first-looks.ts";

export interface RunbookEntry {
  readonly id: FailureClassId;
  readonly title: string;
  readonly detection: string;
  readonly exitCode: number;
  readonly severity: FailureClass["severity"];
  /** Whom it concerns; see exit-codes.ts. */
  readonly concerns: ExitCode["concerns"];
  /** What Lockstep did by itself. */
  readonly automatic: string;
  readonly state: string;
  readonly action: string;
  readonly retry: FailureClass["retry"];
  readonly partial: FailureClass["partial"];
  readonly firstLooks: readonly FirstLook[];
}

export function runbookEntry(id: FailureClassId): RunbookEntry {
  const { exit, ...row } = failureClass(id);
  const { code, concerns } = EXIT_CODES[exit];
  return { id, ...row, exitCode: code, concerns, firstLooks: firstLooks(id) };
}

/** How much of a hurry there is, in words for whoever reads the page. */
export const URGENCY = {
  nobody: "Nothing to do: it says that somebody stopped the run, or that all is well.",
  author: "No hurry: the author of the change looks at it in working hours. Nothing was changed.",
  "on-call":
    "The deploy stands still; the application goes on with the old code. Whoever is on call looks at it.",
  urgent: "Look now: part of a migration is in the database.",
} as const satisfies Record<ExitCode["concerns"], string>;

/** What may be in the database afterwards, as a sentence; a class that leaves nothing says so itself. */
const LEFT_BEHIND = {
  none: "",
  possible:
    "A part of the failed step may be in the database. The journal says which; the next run cleans up or goes on by itself.",
  unknown:
    "Whether the failed step took effect is known only once the next run has looked, under its lock.",
} as const satisfies Record<FailureClass["partial"], string>;

export function stateOf({ state, partial }: Pick<RunbookEntry, "state" | "partial">): string {
  return `${state} ${LEFT_BEHIND[partial]}`.trimEnd();
}

export const ALL_CLASSES = Object.keys(FAILURE_CLASSES) as FailureClassId[];

/** The classes whose detection names a SQLSTATE, in the order of the taxonomy. */
export function classesOfSqlstate(sqlstate: string): FailureClassId[] {
  return ALL_CLASSES.filter((id) => sqlstatesOf(id).includes(sqlstate));
}

export function classesOfExit(code: number): FailureClassId[] {
  return ALL_CLASSES.filter((id) => EXIT_CODES[failureClass(id).exit].code === code);
}

/** The codes as `detection` has them: `SQLSTATE 53300`, `57P01 (…), 57P02`. */
export function sqlstatesOf(id: FailureClassId): string[] {
  const { detection } = failureClass(id);
  if (!detection.includes("SQLSTATE")) return [];
  return [...detection.matchAll(/\b(?=[0-9A-Z]*\d)[0-9A-Z]{5}\b/g)].map(([code]) => code);
}
