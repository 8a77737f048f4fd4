import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { abortOnSignals, stoppedBy } from "./signals.ts";

/** A process as far as signals go: it counts how often it is told to leave. */
function fakeProcess() {
  const exits: number[] = [];
  const emitter = Object.assign(new EventEmitter(), {
    exit: (code: number) => void exits.push(code),
  });
  return { emitter, exits, signal: abortOnSignals(emitter as unknown as NodeJS.Process) };
}

const cases = [
  ["SIGINT", "interrupted", 130],
  ["SIGTERM", "terminated", 143],
] as const;

test.each(cases)("the first %s aborts with a failure of class %s", (name, kind, code) => {
  const { emitter, exits, signal } = fakeProcess();
  expect(signal.aborted).toBe(false);
  emitter.emit(name);
  expect(signal.aborted).toBe(true);
  // The runner's contract: the reason is the name of the signal.
  expect(signal.reason).toBe(name);
  expect(stoppedBy(signal)).toMatchObject({ class: kind, exitCode: code });
  expect(exits).toEqual([]);
});

test.each(cases)("the second signal leaves at once (%s)", (name, _kind, code) => {
  const { emitter, exits } = fakeProcess();
  emitter.emit("SIGTERM");
  emitter.emit(name);
  expect(exits).toEqual([code]);
});
