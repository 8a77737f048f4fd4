/**
 * Says regularly that a run is alive: as soon as there is something to do, and then again and again.
 *
 * H1. One beat at a time. After `stop` none is under way and none begins: a late one would say that a
 *     run is in progress which has ended.
 * H2. A beat that fails is not a warning of its own; the message at the end of the run is.
 */
import type { RunEvent } from "../runner/events.ts";

export const HEARTBEAT_MS = 10_000;

export interface Heartbeat {
  onEvent(event: RunEvent): void;
  /** Gives a beat that is under way `graceMs` to end; then it is aborted. */
  stop(graceMs: number): Promise<void>;
}

export function startHeartbeat(
  beat: (signal: AbortSignal) => Promise<void>,
  everyMs: number = HEARTBEAT_MS,
): Heartbeat {
  const abort = new AbortController();
  let stopped = false;
  let running: Promise<void> | undefined;
  const once = (): void => {
    if (stopped || running !== undefined) return;
    running = beat(abort.signal)
      .catch(() => undefined)
      .finally(() => (running = undefined));
  };
  const timer = setInterval(once, everyMs);
  timer.unref();
  return {
    onEvent(event) {
      if (event.event === "plan") once();
    },
    async stop(graceMs) {
      stopped = true;
      clearInterval(timer);
      if (running === undefined) return;
      const grace = setTimeout(() => abort.abort(), graceMs);
      await running;
      clearTimeout(grace);
    },
  };
}
