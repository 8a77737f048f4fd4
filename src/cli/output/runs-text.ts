/** `runs` for people: a line each, with more in it where the terminal is wide. */
import type { ListedRun, RunsResult } from "../../runbook/runs.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { oneLine, truncate } from "./width.ts";
import { count, formatDuration, formatInstant } from "./words.ts";

/** From here on there is room for who ran it, and on which commit. */
const WIDE = 110;

export function renderRuns(
  { database, runs }: RunsResult,
  columns: number | undefined,
  paint: Paint,
): string[] {
  if (runs.length === 0) return [`No such run is recorded in ${oneLine(database)}.`];
  const wide = (columns ?? WIDE) >= WIDE;
  const headings = ["run", "began", "took", "outcome", "what"];
  const rows = runs.map((run) => [
    run.id.slice(0, 8),
    formatInstant(run.startedAt).replace(" UTC", ""),
    run.killed ? "" : formatDuration(run.durationMs),
    outcomeOf(run, paint),
    wide ? whatOf(run) : truncate(whatOf(run), 24),
    ...(wide ? [waitOf(run), truncate(placeOf(run), 40)] : []),
  ]);
  return [
    ...renderTable(wide ? [...headings, "longest wait", "by, on, commit"] : headings, rows, paint),
    ...(runs.some(({ failureClass, killed }) => failureClass !== null || killed)
      ? [
          "",
          paint.dim("`lockstep explain <run>` says what happened and what to do. Times are UTC."),
        ]
      : []),
  ];
}

/** `failed, ddl.lock_timeout`. */
export function outcomeOf(run: ListedRun, paint: Paint): string {
  if (run.killed) return paint.yellow("killed?");
  const words = run.failureClass === null ? run.outcome : `${run.outcome}, ${run.failureClass}`;
  if (run.outcome === "applied") return paint.green(words);
  return run.outcome === "failed" ? paint.red(words) : paint.yellow(words);
}

function whatOf({ command, applied }: ListedRun): string {
  if (applied.length === 0) return command;
  const names = applied.length <= 2 ? applied.join(", ") : count(applied.length, "migration");
  return `${command} ${oneLine(names)}`;
}

function waitOf({ longestWaitMs }: ListedRun): string {
  return longestWaitMs === null ? "" : formatDuration(longestWaitMs);
}

function placeOf({ by, host, commit }: ListedRun): string {
  return [by, host, commit?.slice(0, 12)]
    .filter((part) => part !== undefined)
    .map((part) => oneLine(part))
    .join(", ");
}
