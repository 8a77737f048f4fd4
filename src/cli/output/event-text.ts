/** The sentences for the events of a run; terminal and plain output share them. */
import type { RunEvent } from "../../runner/events.ts";
import { count, describeSession, formatDuration } from "./words.ts";
import { oneLine } from "./width.ts";

export type Tone = "info" | "good" | "warn" | "bad" | "dim";

export interface EventText {
  readonly tone: Tone;
  readonly text: string;
}

/** What an event says by itself; undefined for those that only move a live line. */
export function eventText(event: RunEvent, command: string): EventText | undefined {
  switch (event.event) {
    case "run-started":
      return info(
        `${event.command} on ${oneLine(event.database)}, PostgreSQL ${event.server}, ${event.connection} connection`,
      );
    case "waiting-for-connection":
      return info(
        `waiting for a connection for ${formatDuration(event.elapsedMs)}: ${oneLine(event.reason)}`,
      );
    case "waiting-for-lock":
      return info(
        `waiting for another runner for ${formatDuration(event.elapsedMs)}${event.holder === undefined ? "" : `: ${describeSession(event.holder)}`}`,
      );
    case "recovering":
      return { tone: "warn", text: `${event.migration}: recovering, ${oneLine(event.detail)}` };
    case "blocked":
      return info(
        `${event.migration}: waiting without queueing, ${blockedText(event)}${event.blockers.length === 0 ? "" : `; held by ${event.blockers.map(describeSession).join("; ")}`}`,
      );
    case "blocker-cancelled":
      return { tone: "warn", text: `${event.migration}: ${cancelledText(event)}` };
    case "retrying":
      return info(
        `${event.migration}: attempt ${event.attempt} ended (${oneLine(event.reason)}), next one in ${formatDuration(event.pauseMs)}`,
      );
    case "stepped-back":
      return {
        tone: "warn",
        text: `${event.migration}: stepped back, ${count(event.victims, "session")} waited up to ${formatDuration(event.waitedMs)} behind us`,
      };
    case "migration-applied":
      return { tone: "good", text: `${event.migration} ${doneText(event, command)}` };
    case "notice":
      return { tone: "dim", text: `${event.severity}: ${oneLine(event.message)}` };
    case "warning":
      return {
        tone: "warn",
        text: `${event.migration === undefined ? "" : `${event.migration}: `}${oneLine(event.message)}`,
      };
    case "log":
      return { tone: "dim", text: `${event.migration}: ${oneLine(event.message)}` };
    case "interrupted":
      return { tone: "warn", text: `${event.signal}: stopping and writing the journal` };
    case "run-finished":
      return summary(event, command);
    default:
      return undefined;
  }
}

function doneText(
  event: Extract<RunEvent, { event: "migration-applied" }>,
  command: string,
): string {
  if (command === "baseline") return "recorded";
  const took = formatDuration(event.durationMs);
  return event.direction === "down" ? `reverted ${took}` : took;
}

/** `ended pid 4711 (report, anna), as the rule says: idle in transaction, older than 5m`. */
function cancelledText(event: Extract<RunEvent, { event: "blocker-cancelled" }>): string {
  const done = event.action === "cancel" ? "cancelled the statement of" : "ended";
  const who = [event.application, event.user].filter(Boolean).join(", ");
  return `${done} pid ${event.pid} (${oneLine(who)}), which was in the way; the rule: ${oneLine(event.rule)}`;
}

/** `attempt 3, 12 s of 10 min`. */
export function blockedText(event: Extract<RunEvent, { event: "blocked" }>): string {
  return `attempt ${event.attempt}, ${formatDuration(event.elapsedMs)} of ${formatDuration(event.budgetMs)}`;
}

/** `building index: scanning table, 43 %`. */
export function progressText(event: Extract<RunEvent, { event: "step-progress" }>): string {
  const percent = event.percent === undefined ? "" : `, ${Math.floor(event.percent)} %`;
  return `${oneLine(event.phase)}${percent}`;
}

function info(text: string): EventText {
  return { tone: "info", text };
}

/** The last line of a run. The longest wait is said even when it is nothing: it is the promise. */
export function summary(
  event: Extract<RunEvent, { event: "run-finished" }>,
  command: string,
): EventText {
  const down = command === "down";
  const done = `${down ? "Reverted" : "Applied"} ${count(event.applied.length, "migration")}`;
  const time = `in ${formatDuration(event.durationMs)}`;
  const wait = `Longest wait we caused: ${formatDuration(event.longestWaitMs)}.`;
  // What is left of the history after a `down` is nobody's task.
  const { deferred = 0 } = event;
  const pending = down ? 0 : event.remaining - deferred;
  const remaining = [
    pending === 0 ? "" : ` ${count(pending, "migration")} still pending.`,
    deferred === 0
      ? ""
      : ` ${count(deferred, "contract migration")} left for \`--phase contract\`.`,
  ].join("");
  switch (event.outcome) {
    case "nothing-to-do":
      return { tone: "good", text: `Nothing to do.${remaining}` };
    case "applied":
      if (command === "baseline") return { tone: "good", text: recordedText(event) };
      return { tone: "good", text: `${done} ${time}.${remaining} ${wait}` };
    case "interrupted":
      return { tone: "warn", text: `Interrupted. ${done} ${time}.${remaining} ${wait}` };
    case "failed":
      return { tone: "bad", text: `Failed. ${done} ${time}.${remaining} ${wait}` };
  }
}

/** A baseline runs nothing, so it has neither a duration nor a wait worth a word. */
function recordedText(event: Extract<RunEvent, { event: "run-finished" }>): string {
  return `Recorded ${count(event.applied.length, "migration")} as applied; nothing was run.`;
}
