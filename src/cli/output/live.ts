/**
 * The state behind the live lines of a terminal, as data: events go in, permanent lines come out,
 * and the live lines are drawn from the state at any moment. No clock and no cursor here.
 */
import type { RunEvent } from "../../runner/events.ts";
import { blockedText, eventText, progressText, type EventText, type Tone } from "./event-text.ts";
import type { Paint } from "./paint.ts";
import { describeSession, formatDuration } from "./words.ts";
import { oneLine, truncate } from "./width.ts";

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 80;
const MAX_BELOW = 5;

export interface LiveState {
  readonly command: string;
  /** What is going on now; undefined between two things and at the end. */
  readonly current?: LiveLine;
}

interface LiveLine {
  readonly title: string;
  readonly startedAtMs: number;
  /** Shown behind the elapsed time: a phase, a percentage. */
  readonly detail?: string;
  /** Lines below: blockers, the holder of the lock. */
  readonly below: readonly string[];
}

export const INITIAL_LIVE: LiveState = { command: "up" };

/** The state after an event. */
export function nextLive(state: LiveState, event: RunEvent): LiveState {
  const at = Date.parse(event.at);
  switch (event.event) {
    case "run-started":
      return { command: event.command };
    case "waiting-for-connection":
      return {
        ...state,
        current: line("waiting for a connection", at - event.elapsedMs, [event.reason]),
      };
    case "waiting-for-lock":
      return {
        ...state,
        current: line(
          "another runner is at work; waiting for it",
          at - event.elapsedMs,
          event.holder === undefined ? [] : [describeSession(event.holder)],
        ),
      };
    case "migration-started":
      return { ...state, current: line(event.migration, at, []) };
    case "step-progress":
      return withCurrent(state, { detail: progressText(event), below: [] });
    case "blocked":
      return withCurrent(state, {
        detail: `waits without queueing, ${blockedText(event)}`,
        below: event.blockers.map((blocker) => `held by ${describeSession(blocker)}`),
      });
    case "retrying":
      return withCurrent(state, {
        detail: `tries again soon, attempt ${event.attempt} ended: ${event.reason}`,
      });
    case "step-started":
      return withCurrent(state, { detail: event.statement, below: [] });
    case "migration-applied":
    case "lock-acquired":
    case "run-finished":
      return { command: state.command };
    default:
      return state;
  }
}

/** The permanent lines that an event leaves behind, coloured. */
export function permanentLines(event: RunEvent, state: LiveState, paint: Paint): string[] {
  if (LIVE_ONLY.has(event.event)) return [];
  const said = eventText(event, state.command);
  if (said === undefined) return [];
  const failed =
    event.event === "run-finished" && event.failure?.migration !== undefined
      ? [`${paint.red("✗")} ${event.failure.migration}`]
      : [];
  return [...failed, decorate(event, said, paint)];
}

/** These are seen in the live lines while they last and leave nothing. */
const LIVE_ONLY: ReadonlySet<RunEvent["event"]> = new Set([
  "waiting-for-connection",
  "waiting-for-lock",
  "blocked",
  "retrying",
]);

/** The live lines now, each cut to the terminal: a wrapped line could not be erased. */
export function liveLines(
  state: LiveState,
  nowMs: number,
  columns: number,
  paint: Paint,
): string[] {
  const current = state.current;
  if (current === undefined) return [];
  const frame = SPINNER[Math.floor(nowMs / FRAME_MS) % SPINNER.length] ?? "";
  const elapsed = formatDuration(nowMs - current.startedAtMs);
  const detail = current.detail === undefined ? "" : `  ${oneLine(current.detail)}`;
  const head = truncate(`${oneLine(current.title)}  ${elapsed}${detail}`, columns - 3);
  const below = shorten(current.below).map((text) =>
    paint.dim(truncate(`    ${oneLine(text)}`, columns - 1)),
  );
  return [`${paint.cyan(frame)} ${head}`, ...below];
}

/** More lines than the terminal has rows could not be erased either. */
function shorten(below: readonly string[]): readonly string[] {
  if (below.length <= MAX_BELOW) return below;
  return [...below.slice(0, MAX_BELOW), `and ${below.length - MAX_BELOW} more`];
}

function line(title: string, startedAtMs: number, below: readonly string[]): LiveLine {
  return { title, startedAtMs, below };
}

function withCurrent(state: LiveState, change: Partial<LiveLine>): LiveState {
  return state.current === undefined
    ? state
    : { ...state, current: { ...state.current, ...change } };
}

function decorate(event: RunEvent, said: EventText, paint: Paint): string {
  if (event.event === "run-finished") {
    return said.tone === "good" ? paint.bold(said.text) : tonePaint(said.tone, paint)(said.text);
  }
  if (event.event === "run-started") return paint.dim(said.text);
  if (said.tone === "good") return `${paint.green("✓")} ${said.text}`;
  if (said.tone === "warn") return `${paint.yellow("!")} ${said.text}`;
  return `  ${tonePaint(said.tone, paint)(said.text)}`;
}

function tonePaint(tone: Tone, paint: Paint): (text: string) => string {
  if (tone === "bad") return paint.red;
  if (tone === "warn") return paint.yellow;
  if (tone === "dim") return paint.dim;
  return (text) => text;
}
