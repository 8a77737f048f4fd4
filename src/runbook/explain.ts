/**
 * `lockstep explain`: what a failure means and what to do. Of a class, a SQLSTATE or an exit code it
 * is the runbook's page; of a run also what happened, who stood in the way, and whether it is over.
 */
import { EXIT_CODES, type ExitCode } from "../failures/exit-codes.ts";
import { Failure, type FailureJson } from "../failures/failure.ts";
import { nearest } from "../failures/nearest.ts";
import type { FailureClassId } from "../failures/taxonomy.ts";
import { readOverSince } from "../history/runs.ts";
import type { RunnerOptions } from "../runner/options.ts";
import { readOnly } from "../runner/read-only.ts";
import { createContext } from "../runner/run-context.ts";
import {
  ALL_CLASSES,
  classesOfExit,
  classesOfSqlstate,
  runbookEntry,
  type RunbookEntry,
} from "./entry.ts";
import { listed, type ListedRun } from "./runs.ts";

export type Subject =
  | { readonly kind: "class"; readonly entries: readonly [RunbookEntry] }
  | { readonly kind: "sqlstate"; readonly code: string; readonly entries: readonly RunbookEntry[] }
  | { readonly kind: "exit"; readonly exit: ExitCode; readonly entries: readonly RunbookEntry[] }
  | { readonly kind: "run"; readonly id: string };

/** Pure: what somebody means by one word. A run is named by four digits of its id or more. */
export function subjectOf(word: string): Subject {
  if (isClass(word)) return { kind: "class", entries: [runbookEntry(word)] };
  const exit = Object.values<ExitCode>(EXIT_CODES).find(({ code }) => String(code) === word);
  if (exit) return { kind: "exit", exit, entries: classesOfExit(exit.code).map(runbookEntry) };
  const code = word.toUpperCase();
  const bySqlstate = /^[0-9A-Z]{5}$/.test(code) ? classesOfSqlstate(code) : [];
  if (bySqlstate.length > 0) {
    return { kind: "sqlstate", code, entries: bySqlstate.map(runbookEntry) };
  }
  if (word === "last" || /^[0-9a-f][0-9a-f-]{3,35}$/i.test(word)) {
    return { kind: "run", id: word.toLowerCase() };
  }
  const near = nearest(word, ALL_CLASSES);
  throw new Failure({
    class: "usage",
    what: `\`${word}\` is no run, failure class, SQLSTATE or exit code.`,
    state: "Nothing was looked up.",
    action:
      near === undefined
        ? "Give the id of a run as `lockstep runs` shows it, a class such as `ddl.lock_timeout`, a SQLSTATE or an exit code."
        : `Did you mean \`${near}\`?`,
  });
}

export interface ExplainedRun {
  readonly run: ListedRun;
  /** The runbook's page of its failure; null when it did not fail. */
  readonly entry: RunbookEntry | null;
  readonly failure: FailureJson | null;
  /** When a later run ended well. */
  readonly overSince: string | null;
  /** Steps that are half done now, whoever began them. */
  readonly unfinished: readonly UnfinishedStep[];
}

export interface UnfinishedStep {
  readonly migration: string;
  readonly ordinal: number;
  readonly kind: string;
  readonly state: "started" | "done";
}

/** `id` is the beginning of an id, or `last`. Writes nothing. */
export async function explainRun(options: RunnerOptions, id: string): Promise<ExplainedRun> {
  const ctx = createContext("explain", options);
  return readOnly(ctx, "repeatable read", async (look) => {
    const { history, session } = look;
    const filter = { limit: 2, ...(id !== "last" && { id }) };
    const [run, other] = history.exists ? await listed(ctx, look, filter) : [];
    if (run === undefined) throw noSuchRun(id, look.facts.database);
    if (other !== undefined && id !== "last") throw severalRuns(id, [run, other]);
    const { failureClass } = run;
    return {
      run,
      entry: failureClass !== null && isClass(failureClass) ? runbookEntry(failureClass) : null,
      failure: run.failure,
      overSince: await readOverSince(session, ctx.names, run.id),
      unfinished: history.journal.map(({ migration, ordinal, kind, state }) => ({
        migration,
        ordinal,
        kind,
        state,
      })),
    };
  });
}

export function isClass(word: string): word is FailureClassId {
  return (ALL_CLASSES as readonly string[]).includes(word);
}

export function noSuchRun(id: string, database: string): Failure {
  return new Failure({
    class: "usage",
    what:
      id === "last"
        ? `No run is recorded in \`${database}\`.`
        : `No run whose id begins with \`${id}\` is recorded in \`${database}\`.`,
    state: "Nothing was changed.",
    action:
      "Look at `lockstep runs`. A run that failed before it got the lock (a wrong file, no connection) leaves no row; its own output says what happened.",
  });
}

function severalRuns(id: string, runs: readonly ListedRun[]): Failure {
  return new Failure({
    class: "usage",
    what: `Several runs begin with \`${id}\`: ${runs.map((run) => run.id).join(", ")}.`,
    state: "Nothing was changed.",
    action: "Give more digits.",
  });
}
