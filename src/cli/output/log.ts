/**
 * Structured logs: one JSON object per line for systems that collect logs. `--json` has the bare events
 * for programs that follow a run; here each line also has a level, a sentence and the trace.
 *
 * G1. `time`, `level`, `msg`, `event`, `run_id`, `trace_id` and `span_id` come first and keep their
 *     names; behind them are the fields of the event, as docs/events.md has them.
 * G2. Passwords are taken out of every text.
 */
import { redact } from "../../failures/redact.ts";
import type { FailureJson } from "../../failures/failure.ts";
import type { RunEvent } from "../../runner/events.ts";
import { otlpSettings } from "../../telemetry/otlp-settings.ts";
import { parentTraceId, traceContextOf } from "../../telemetry/trace-context.ts";
import type { Tone } from "./event-text.ts";
import { createRepeats, plainText } from "./plain.ts";
import { eventText } from "./event-text.ts";
import { count, formatDuration } from "./words.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LogRenderer {
  event(event: RunEvent): string[];
  /** A state of something that is not a run: a gate that waits. */
  state(event: string, msg: string, data: object, now: string): string[];
  /** What fails outside of a run. */
  failure(failure: FailureJson, now: string): string[];
}

const LEVELS: Readonly<Record<Tone, LogLevel>> = {
  info: "info",
  good: "info",
  dim: "info",
  warn: "warn",
  bad: "error",
};

export function createLogRenderer(env: NodeJS.ProcessEnv): LogRenderer {
  const traced = parentTraceId(env) !== undefined || otlpSettings(env).traces !== undefined;
  const isRepeated = createRepeats();
  let command = "up";
  return {
    event(event) {
      if (event.event === "run-started") command = event.command;
      if (isRepeated(event)) return [];
      const { at, runId, event: name, ...fields } = event;
      const ids = traced ? traceContextOf(runId, env) : undefined;
      return [
        line({
          time: at,
          level: levelOf(event, command),
          msg: plainText(event, command) ?? words(event),
          event: name,
          run_id: runId,
          ...(ids && { trace_id: ids.traceId, span_id: ids.spanId }),
          ...fields,
        }),
      ];
    },
    state: (event, msg, data, now) => [line({ time: now, level: "info", msg, event, ...data })],
    failure: (failure, now) => [
      line({ time: now, level: "error", msg: failure.what, event: "failure", failure }),
    ],
  };
}

/** G2. A secret could span what is quoted in JSON, so each text is looked at by itself. */
function line(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(fields, (_, value: unknown) =>
    typeof value === "string" ? redact(value) : value,
  );
}

function levelOf(event: RunEvent, command: string): LogLevel {
  if (event.event === "notice") return event.severity === "WARNING" ? "warn" : "info";
  const said = eventText(event, command);
  if (said !== undefined) return LEVELS[said.tone];
  return event.event === "migration-started" ? "info" : "debug";
}

/** For the events that plain output has no words for. */
function words(event: RunEvent): string {
  switch (event.event) {
    case "lock-acquired":
      return `run lock held after ${formatDuration(event.elapsedMs)}`;
    case "run-recorded":
      return "the run has its row in the history";
    case "plan":
      return `plan: ${count(event.migrations.length, "migration")}`;
    case "step-started":
      return `${event.migration}: step ${event.ordinal} begins`;
    case "step-finished":
      return `${event.migration}: step ${event.ordinal} took ${formatDuration(event.durationMs)}`;
    default:
      return event.event;
  }
}
