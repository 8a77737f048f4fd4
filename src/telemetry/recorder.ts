/** Collects the events of one run for one exporter. */
import type { RunEvent } from "../runner/events.ts";
import { fold, initialState, samplesOf, succeeded, type Sample } from "./collect.ts";

export interface Recorder {
  take(event: RunEvent): void;
  /** What is so now. */
  now(): readonly Sample[];
  /** What there is to say after the last event. */
  end(): { readonly samples: readonly Sample[]; readonly success: boolean };
}

export function createRecorder(): Recorder {
  let state = initialState(Date.now());
  return {
    take(event) {
      state = fold(state, event);
    },
    now: () => samplesOf(state, { now: Date.now() }),
    end: () => ({
      samples: samplesOf(state, { now: Date.now(), ended: true }),
      success: succeeded(state),
    }),
  };
}
