/**
 * Looks for the blockers of files that are next, while the one before them runs: one question
 * covers several files, and is asked at most ten times a second (T3 in attempts.ts).
 */
import { distinctSessions, type Observer } from "./observer.ts";
import type { SessionInfo } from "./events.ts";
import type { Prepared } from "./prepare.ts";
import type { RunContext } from "./run-context.ts";

/** An answer is worth only its freshness. */
const FRESH_MS = 100;
export const LOOK_AHEAD_FILES = 30;

type Answer = ReadonlyMap<string, readonly SessionInfo[]>;

export type Look = Promise<readonly SessionInfo[]>;

export class LookAhead {
  readonly #capMs: number;
  readonly #observer: Observer | undefined;
  #askedAt = -Infinity;
  #asked: ReadonlySet<string> = new Set();
  #answer: Promise<Answer | undefined> = Promise.resolve(undefined);

  constructor(ctx: RunContext, observer: Observer | undefined) {
    this.#capMs = ctx.settings.capMs;
    this.#observer = observer;
  }

  /**
   * The blockers of the first of `upcoming`. Undefined: it looks for itself, because it has a cap
   * of its own, or locks nothing, or there is no observer.
   */
  forNext(upcoming: readonly Prepared[]): Look | undefined {
    const observer = this.#observer;
    const [next] = upcoming;
    if (!observer || !next || next.wanted.length === 0) return undefined;
    if (next.directives.lockTimeoutMs !== undefined) return undefined;
    const names = next.wanted.map(({ regclass }) => regclass);
    const fresh = performance.now() - this.#askedAt < FRESH_MS;
    if (!fresh || !names.every((name) => this.#asked.has(name))) {
      const wanted = upcoming.flatMap((one) => one.wanted);
      this.#askedAt = performance.now();
      this.#asked = new Set(wanted.map(({ regclass }) => regclass));
      // A question that fails is asked again by the attempt.
      this.#answer = observer.look(wanted, this.#capMs).catch(() => undefined);
    }
    const look = this.#answer.then((answer) => {
      if (!answer) return observer.blockers(next.wanted, this.#capMs);
      return distinctSessions(names.map((name) => answer.get(name) ?? []));
    });
    // The run may end before anybody asks for it, and its failure is nobody's then.
    look.catch(() => {});
    return look;
  }
}
