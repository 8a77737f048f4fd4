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
  /** Called once, when the work takes long enough for somebody to ask what it is. */
  readonly onLong?: () => void;
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

/** Nobody who watches sees what is shorter. */
const LONG_MS = 300;

const EAGER_MS = 10;
const CALM_MS = 25;
/** Waits up to here get the eager interval; a long statement is watched less closely. */
const EAGER_FOR_MS = 2000;

export class StallGuard {
  /** Set when this guard cancelled the statement. */
  steppedBack: { readonly victims: number; readonly waitedMs: number } | undefined;
  readonly #options: StallGuardOptions;
  readonly #began = performance.now();
  // A plain timer: an AbortSignal for each file costs more than most files take.
  #timer: NodeJS.Timeout | undefined;
  #ended = false;
  #longSaid = false;
  #cancelling: Promise<void> | undefined;

  constructor(options: StallGuardOptions) {
    this.#options = options;
    // The answer to a quick file is on its way that long; looking before it comes is in vain.
    const travel = Math.min(options.observer.roundTripMs * 1.25, options.capMs / 2);
    this.#schedule(this.#interval() + travel);
  }

  #interval(): number {
    return performance.now() - this.#began < EAGER_FOR_MS ? EAGER_MS : CALM_MS;
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => void this.#look(), ms);
  }

  async #look(): Promise<void> {
    const { observer, pid, capMs, waits, cancel, onSilence, onLong } = this.#options;
    try {
      const victims = await withDeadline(observer.victims(pid));
      const longest = victims[0]?.waitedMs ?? 0;
      waits.longestMs = Math.max(waits.longestMs, longest);
      // Not while somebody waits: on a slow link the next look would be late.
      if (!this.#longSaid && longest === 0 && performance.now() - this.#began > LONG_MS) {
        this.#longSaid = true;
        onLong?.();
      }
      // G2: the next look comes an interval and a round trip later, and a cancel travels, too.
      const travel = Math.min(observer.roundTripMs * 1.5, capMs / 2);
      const late = longest >= capMs - this.#interval() - travel;
      if (cancel && late && !this.steppedBack && !this.#ended) {
        this.#cancelling = this.#cancel(victims.length, longest);
        await this.#cancelling;
      }
    } catch (error) {
      // Both sessions go the same way: the work session's answer will not come either.
      if (error === SILENT) return onSilence(SILENT);
      // The observer's session is gone: the cap still protects, and the caller notices by itself.
      if (observer.session.lost) return;
    }
    if (!this.#ended) this.#schedule(this.#interval());
  }

  async #cancel(victims: number, waitedMs: number): Promise<void> {
    const { observer, pid, waits } = this.#options;
    if (!(await observer.cancel(pid))) return;
    waits.cancelledAt = performance.now();
    this.steppedBack = { victims, waitedMs: Math.round(waitedMs) };
  }

  /** A cancel that is on its way is waited for, so that it cannot hit what comes next. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    await this.#cancelling?.catch(() => undefined);
  }
}
