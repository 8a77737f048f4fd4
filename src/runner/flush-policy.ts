/**
 * Group flush: the commits of transactional files that follow each other quickly leave the flush
 * of the write-ahead log to a later one.
 *
 * W1. A server crash may then lose whole files from the end of the run, each together with its
 *     history row, because commits reach the log in their order. The next run applies them again.
 * W2. `migration-applied` is announced only after a commit that flushed: what was said is durable.
 * W3. Everything whose outcome reaches beyond its own transaction (statements outside of
 *     transactions, modules, the journal, the last file) flushes, and with it all before it.
 */
import type { LockedRun } from "./locked-run.ts";
import type { Prepared } from "./prepare.ts";

/** No commit stays unflushed longer than this while the run goes on. */
const LONGEST_MS = 200;

/** For the benchmark, which compares with tools that flush each file: `each` switches it off. */
const FLUSH_EACH = process.env["LOCKSTEP_TEST_FLUSH"] === "each";

export class FlushPolicy {
  readonly #run: LockedRun;
  readonly #applied: string[];
  readonly #direction: "up" | "down";
  #lastFlush = performance.now();
  #waiting: { id: string; durationMs: number }[] = [];

  constructor(run: LockedRun, applied: string[], direction: "up" | "down") {
    this.#run = run;
    this.#applied = applied;
    this.#direction = direction;
  }

  mayDefer(prepared: Prepared, next: Prepared | undefined): boolean {
    return (
      !FLUSH_EACH &&
      this.#run.connection === "direct" &&
      prepared.mode === "file" &&
      next?.mode === "file" &&
      performance.now() - this.#lastFlush < LONGEST_MS
    );
  }

  committed(id: string, durationMs: number, deferred: boolean): void {
    this.#waiting.push({ id, durationMs });
    if (!deferred) this.flushed();
  }

  /** How many are committed and not flushed yet; the commit that closes the run's row flushes them. */
  get unflushed(): number {
    return this.#waiting.length;
  }

  flushed(): void {
    this.#lastFlush = performance.now();
    for (const { id, durationMs } of this.#waiting) {
      this.#applied.push(id);
      this.#run.ctx.emit({
        event: "migration-applied",
        migration: id,
        durationMs,
        direction: this.#direction,
      });
    }
    this.#waiting = [];
  }
}
