/** What the gate ends with when it does not open, in words. Pure. */
import { Failure } from "../failures/failure.ts";
import type { GateRun, GateState } from "./state.ts";

export interface TimeIsUp {
  /** As it was last seen; undefined when the database could not be looked at. */
  readonly state: GateState | undefined;
  readonly waitedMs: number;
  /** Why the last look did not come about. */
  readonly trouble: Failure | undefined;
}

export function gateTimeout({ state, waitedMs, trouble }: TimeIsUp): Failure {
  const waited = waitedMs < 1000 ? "" : ` after ${Math.round(waitedMs / 1000)} s`;
  const what = state
    ? `The database is not ready for this build${waited}: ${reasons(state).join("; ")}.`
    : `The database could not be looked at${waited}: ${trouble?.what ?? "no connection"}`;
  const notes = [
    ...(state && trouble ? [`The last look failed: ${trouble.what}`] : []),
    ...(state?.running ? [`${runWords(state.running)}.`] : []),
    ...(state?.failed
      ? [
          `The last run (${state.failed.runId}) ${state.failed.outcome}${state.failed.failureClass === null ? "" : ` with \`${state.failed.failureClass}\``}${state.failed.message === null ? "." : `: ${state.failed.message}`}`,
        ]
      : []),
  ];
  return new Failure({
    class: "gate.timeout",
    what,
    notes,
    ...(state?.failed && {
      action: `Run \`lockstep explain ${state.failed.runId.slice(0, 8)}\`, mend what it says, and apply the rest with \`lockstep up\`.`,
    }),
    // Of a database that was never seen nobody knows what its runs did.
    ...(!state && trouble && { action: trouble.action }),
    ...(trouble && { cause: trouble }),
  });
}

export function tooOld(why: string): Failure {
  return new Failure({ class: "gate.too_old", what: `This build is too old: ${why}.` });
}

const MOST_NAMES = 5;

/** Why the gate is not open yet, one phrase each; empty when it is. */
export function reasons(state: GateState): string[] {
  const { historyExists, missing, unfinished, edited, tooOld: old } = state;
  const list: string[] = [];
  if (old !== undefined) list.push(old);
  if (!historyExists) list.push("nothing was ever applied, there is no history");
  else if (missing.length > 0) list.push(`${named(missing)} not applied`);
  // While a run is at it, half done is what it should be.
  if (unfinished.length > 0 && state.running === null) {
    list.push(`${named(unfinished)} half done`);
  }
  if (edited.length > 0) list.push(`${named(edited)} other than in this build`);
  return list;
}

/** `run 1a2b3c4d on pod-7 under way for 12 s, 3 applied, at 7_index statement 1`. */
export function runWords({ runId, host, elapsedMs, applied, step }: GateRun): string {
  if (runId === null) return "A run is beginning";
  const place = host === null ? "" : ` on ${host}`;
  const time = elapsedMs === null ? "" : ` for ${Math.round(elapsedMs / 1000)} s`;
  const at =
    step === null ? "" : `, at ${step.migration}, statement ${step.ordinal} (${step.kind})`;
  return `Run ${runId.slice(0, 8)}${place} is under way${time}, ${applied} applied so far${at}`;
}

function named(ids: readonly string[]): string {
  const verb = ids.length === 1 ? "is" : "are";
  const shown = ids.slice(0, MOST_NAMES).join(", ");
  const more = ids.length > MOST_NAMES ? ` and ${ids.length - MOST_NAMES} more` : "";
  return `${shown}${more} ${verb}`;
}
