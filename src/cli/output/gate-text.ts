/** What the gate says while it waits: one line for each change, because a log is kept. */
import { reasons, runWords } from "../../gate/verdict.ts";
import type { GateState } from "../../gate/state.ts";
import { count } from "./words.ts";

export interface GateText {
  /** The lines for a state; none when they were said already. */
  (state: GateState): string[];
  ready(state: GateState): string;
}

export function createGateText(): GateText {
  let saidBefore: readonly string[] = [];
  const lines = (state: GateState): string[] => {
    const words = [
      `waiting: ${reasons(state).join("; ")}`,
      ...(state.running ? [runWords(state.running)] : []),
      ...(state.failed ? [failureWords(state)] : []),
    ];
    const news = words.filter((line) => !saidBefore.includes(line));
    saidBefore = words;
    return news;
  };
  return Object.assign(lines, { ready: readyWords });
}

function failureWords({ failed }: GateState): string {
  const { runId, outcome, failureClass, message } = failed!;
  const why = [failureClass, message].filter((part) => part !== null).join(": ");
  return `the last run (${runId.slice(0, 8)}) ${outcome}${why === "" ? "" : ` with ${why}`}`;
}

function readyWords({ current, ahead, contract }: GateState): string {
  const more = [
    ...(ahead.length > 0 ? [`the database is ahead by ${count(ahead.length, "version")}`] : []),
    ...(contract.length > 0
      ? [`${count(contract.length, "contract migration")} not waited for`]
      : []),
  ];
  const version = current === null ? "no version" : `version ${current}`;
  return `Ready: ${version}${more.length === 0 ? "" : `; ${more.join(", ")}`}.`;
}
