/**
 * Two moments to put things back: the end of the running test, and the end of this process.
 * Vitest ends its workers with SIGTERM, and then Node emits no "exit" event by itself; so both are
 * listened to. Callbacks must be idempotent, because a test may well have cleaned up already.
 */
import { onTestFinished, TestRunner } from "vitest";

const atEnd = new Set<() => void>();
let listening = false;

/** Runs `cleanup` (which cannot wait for anything) when this process ends; returns the way back. */
export function onProcessEnd(cleanup: () => void): () => void {
  listen();
  atEnd.add(cleanup);
  return () => void atEnd.delete(cleanup);
}

/**
 * Runs `cleanup` when the test that is running now has finished. In hooks, at module level and in
 * concurrent tests (where "the running test" is whichever started last) nothing is registered.
 */
export function onTestEnd(cleanup: () => void | Promise<void>): void {
  const test = TestRunner.getCurrentTest();
  if (test === undefined || test.concurrent === true) return;
  onTestFinished(cleanup);
}

function listen(): void {
  if (listening) return;
  listening = true;
  process.once("exit", runAll);
  process.once("SIGTERM", () => {
    runAll();
    // This listener is gone by now, so the signal does what it does by default. (`process.exit` is
    // not at hand: Vitest replaces it in its workers.)
    process.kill(process.pid, "SIGTERM");
  });
}

function runAll(): void {
  for (const cleanup of atEnd) {
    atEnd.delete(cleanup);
    try {
      cleanup();
    } catch (error) {
      process.stderr.write(`cleanup failed: ${String(error)}\n`);
    }
  }
}
