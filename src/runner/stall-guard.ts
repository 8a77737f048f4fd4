/**
 * Watches, while one transaction or statement of ours is in flight, who waits behind it; cancels
 * it before anybody has waited longer than the cap; remembers the longest wait that we caused.
 *
 * G1. The first look comes after one interval and the time that a question to the server takes,
 *     so that a quick file costs no query at all, over a slow link too.
 * G2. It cancels one interval before the cap: a wait seen now is as long as it will be seen next.
 * G3. When it ends it waits for a cancel that is on its way, which could hit what comes next, and
 *     for nothing else: a look that is on its way would cost each file half a round trip.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Observer } from "./observer.ts";

export interface WaitRecord {
  longestMs: number;
  /** performance.now() of our last own cancel: the signal may hit the message after. */
  cancelledAt: number;
}

export interface StallGuardOptions {
  readonly observer: Observer;
  readonly pid: number;
  readonly capMs: number;
  readonly waits: WaitRecord;
  /** false: only measure. An index build that nobody waits behind must not be cancelled by a race. */
  readonly cancel: boolean;
  /** The server has fallen silent: drop the sessions. */
  readonly onSilence: (error: Error) => void;
}

/** A network that swallows everything gives no error; after this long it counts as one. */
const SILENCE_MS = 30_000;
const SILENT = new Error("Connection terminated: the server has not answered for 30 s");

async function withDeadline<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(SILENT), SILENCE_MS);
  });
  try {
    return await Promise.race([promise, silence]);
  } finally {
    clearTimeout(timer);
  }
}

const EAGER_MS = 10;
const CALM_MS = 25;
/** Waits up to here get the eager interval; a long statement is watched less closely. */
const EAGER_FOR_MS = 2000;

export class StallGuard {
  /** Set when this guard cancelled the statement. */
  steppedBack: { readonly victims: number; readonly waitedMs: number } | undefined;
  readonly #options: StallGuardOptions;
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;
  #cancelling = false;

  constructor(options: StallGuardOptions) {
    this.#options = options;
    this.#loop = this.#watch();
  }

  async #watch(): Promise<void> {
    const { observer, pid, capMs, waits, cancel } = this.#options;
    const began = performance.now();
    const { signal } = this.#stop;
    let first = true;
    while (!signal.aborted) {
      const interval = performance.now() - began < EAGER_FOR_MS ? EAGER_MS : CALM_MS;
      const travel = first ? Math.min(observer.roundTripMs * 1.25, capMs / 2) : 0;
      first = false;
      try {
        await sleep(interval + travel, undefined, { signal });
        const victims = await withDeadline(observer.victims(pid));
        const longest = victims[0]?.waitedMs ?? 0;
        waits.longestMs = Math.max(waits.longestMs, longest);
        if (!cancel || this.steppedBack || longest < capMs - interval || signal.aborted) continue;
        this.#cancelling = true;
        if (await observer.cancel(pid)) {
          waits.cancelledAt = performance.now();
          this.steppedBack = { victims: victims.length, waitedMs: Math.round(longest) };
        }
        this.#cancelling = false;
      } catch (error) {
        if (error === SILENT) {
          // Both sessions go the same way: the work session's answer will not come either.
          this.#options.onSilence(SILENT);
          return;
        }
        // Stopped, or the observer's session is gone: the cap still protects, and the caller
        // notices the lost session by itself.
        if (observer.session.lost) return;
      }
    }
  }

  async end(): Promise<void> {
    this.#stop.abort();
    if (this.#cancelling) await this.#loop;
  }
}
