/** Tests wait for a condition with a deadline; they never sleep and hope. */
import { setTimeout as pause } from "node:timers/promises";

export interface WaitUntilOptions {
  readonly deadlineMs?: number;
  readonly everyMs?: number;
  /** Completes the sentence "waited 5000 ms for …". */
  readonly what: string;
}

/**
 * Calls `fn` until it returns something truthy, and returns that. While it throws it is called
 * again too; its last error is the cause of the one that is thrown at the deadline.
 */
export async function waitUntil<T>(
  fn: () => T | Promise<T>,
  options: WaitUntilOptions,
): Promise<Exclude<T, false | null | undefined | 0 | "">> {
  const { deadlineMs = 5_000, everyMs = 10, what } = options;
  const deadline = performance.now() + deadlineMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await fn();
      if (value) return value as Exclude<T, false | null | undefined | 0 | "">;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= deadline) break;
    await pause(everyMs);
  }
  const because = last instanceof Error ? `: ${last.message}` : "";
  throw new Error(`waited ${deadlineMs} ms for ${what}${because}`, { cause: last });
}
