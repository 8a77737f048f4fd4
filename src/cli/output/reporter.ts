/**
 * What a command writes through: events while it works, a result at its end. One of five modes,
 * chosen once. Failures do not pass here: they go to stderr from main.ts, in every mode.
 */
import type { RunEvent } from "../../runner/events.ts";
import type { OutputMode } from "./choose.ts";
import type { Paint } from "./paint.ts";
import { createPlainRenderer } from "./plain.ts";
import type { LogRenderer } from "./log.ts";
import { TerminalOutput, type TerminalStream } from "./terminal.ts";

export interface Reporter {
  readonly mode: OutputMode;
  readonly paint: Paint;
  /** The runner's `onEvent`. */
  readonly onEvent: (event: RunEvent) => void;
  /**
   * For commands that end with one document: only what explains a wait, and nothing to a JSON
   * reader, who would otherwise get events in front of the document.
   */
  readonly onLookEvent: (event: RunEvent) => void;
  /** A result: one JSON document with `--json`, lines for people otherwise, nothing if quiet. */
  result(data: unknown, render: (paint: Paint) => readonly string[]): void;
  /** A state that has changed: lines for people, one line with all of it for logs. */
  state(event: string, data: object, lines: readonly string[]): void;
  /** Lines for people, which end the live ones; dropped by `--json` and `--quiet`. */
  say(...lines: readonly string[]): void;
  /** A line for somebody at a terminal while the work goes on; nobody else gets it. */
  interject(line: string): void;
  /** A run is what this command does: it has said that it began. */
  readonly hasRun: boolean;
  /** Whether a run-finished event has already carried this run's failure to a JSON reader. */
  readonly failureSaid: boolean;
  close(): void;
}

const LOOK_EVENTS: ReadonlySet<RunEvent["event"]> = new Set([
  "waiting-for-connection",
  "waiting-for-lock",
  "warning",
]);

/** `log` renders the events in the mode of that name, which is loaded only then. */
export function createReporter(
  stream: TerminalStream,
  mode: OutputMode,
  paint: Paint,
  log?: LogRenderer,
): Reporter {
  const write = (lines: readonly string[]): void => {
    if (lines.length > 0) stream.write(`${lines.join("\n")}\n`);
  };
  const terminal = mode === "terminal" ? new TerminalOutput(stream, paint) : undefined;
  const plain = createPlainRenderer();
  let failureSaid = false;
  let hasRun = false;
  const onEvent = (event: RunEvent): void => {
    if (event.event === "run-started") hasRun = true;
    if (event.event === "run-finished" && event.failure !== undefined) failureSaid = true;
    if (mode === "json") write([JSON.stringify(event)]);
    else if (mode === "log") write(log?.event(event) ?? []);
    else if (mode === "plain") write(plain(event));
    else terminal?.onEvent(event);
  };
  return {
    mode,
    paint,
    onEvent,
    onLookEvent(event) {
      if (mode !== "json" && LOOK_EVENTS.has(event.event)) onEvent(event);
    },
    result(data, render) {
      terminal?.close();
      if (mode === "json") write([JSON.stringify(data, null, 2)]);
      else if (mode !== "quiet") write(render(paint));
    },
    state(event, data, lines) {
      if (lines.length === 0) return;
      const now = new Date().toISOString();
      if (mode === "log") write(log?.state(event, lines.join("; "), data, now) ?? []);
      else if (mode === "plain") write(lines.map((line) => `${now.slice(0, 19)}Z ${line}`));
      else this.say(...lines);
    },
    say(...lines) {
      terminal?.close();
      if (mode === "plain" || mode === "terminal") write(lines);
    },
    interject(line) {
      terminal?.print([line]);
    },
    get hasRun() {
      return hasRun;
    },
    get failureSaid() {
      return failureSaid;
    },
    close() {
      terminal?.close();
    },
  };
}
