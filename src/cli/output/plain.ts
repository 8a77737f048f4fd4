/**
 * Output for CI and pipes: one timestamped line per event that matters. Waiting is said again only
 * every few seconds, because a log is kept and a run may wait for ten minutes.
 */
import type { RunEvent } from "../../runner/events.ts";
import { eventText, progressText } from "./event-text.ts";

const REPEAT_MS = 5_000;

/** Turns events into lines; remembers the command. */
export function createPlainRenderer(): (event: RunEvent) => string[] {
  const isRepeated = createRepeats();
  let command = "up";
  return (event) => {
    if (event.event === "run-started") command = event.command;
    if (isRepeated(event)) return [];
    const text = plainText(event, command);
    return text === undefined ? [] : [`${stamp(event.at)} ${text}`];
  };
}

/** Whether the same kind of waiting has just been said; remembers when. */
export function createRepeats(): (event: RunEvent) => boolean {
  const saidAt = new Map<string, number>();
  return (event) => {
    const key = repeatKey(event);
    if (key === undefined) return false;
    const now = Date.parse(event.at);
    const last = saidAt.get(key);
    if (last !== undefined && now - last < REPEAT_MS) return true;
    saidAt.set(key, now);
    return false;
  };
}

/** The sentence of an event without its time; undefined for those that are not said. */
export function plainText(event: RunEvent, command: string): string | undefined {
  if (event.event === "migration-started") return `start ${event.migration} (${event.file})`;
  if (event.event === "step-progress") {
    return `${event.migration}: step ${event.ordinal}, ${progressText(event)}`;
  }
  const said = eventText(event, command);
  if (said === undefined) return undefined;
  if (event.event === "migration-applied") return `done ${said.text}`;
  if (event.event === "warning") return `warning: ${said.text}`;
  return said.text;
}

function repeatKey(event: RunEvent): string | undefined {
  switch (event.event) {
    case "waiting-for-connection":
    case "waiting-for-lock":
      return event.event;
    case "blocked":
    case "retrying":
    case "stepped-back":
    case "step-progress":
      return `${event.event} ${event.migration}`;
    default:
      return undefined;
  }
}

/** Seconds are enough for a log; the milliseconds are in `--json`. */
function stamp(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : `${date.toISOString().slice(0, 19)}Z`;
}
