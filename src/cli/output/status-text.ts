/** `status` and `verify` for people. */
import type { Problem, StatusResult, VerifyResult } from "../../runner/results.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { windowLine } from "./window-line.ts";
import { oneLine } from "./width.ts";
import { count, formatDuration, formatInstant } from "./words.ts";

export function renderStatus(status: StatusResult, paint: Paint): string[] {
  const rows = [
    ...status.applied.map((row) => [
      `${paint.green("✓")} ${row.id}`,
      row.kind === "baseline" ? "baseline" : "applied",
      formatInstant(row.appliedAt),
      row.kind === "baseline" ? "" : formatDuration(row.durationMs),
      oneLine(row.origin === "native" ? row.appliedBy : `${row.appliedBy} (${row.origin})`),
    ]),
    ...status.pending.map((row) => [
      `${paint.dim("·")} ${row.id}`,
      (row.changed ? "changed" : "pending") + (row.phase === undefined ? "" : `, ${row.phase}`),
      "",
      "",
      "",
    ]),
  ];
  return [
    paint.dim(
      `${oneLine(status.database)}, PostgreSQL ${status.server}, ${status.connection} connection, history in ${status.historySchema}${status.historyExists ? "" : " (not there yet)"}`,
    ),
    ...(rows.length === 0
      ? ["No migrations."]
      : renderTable(["  migration", "state", "when", "took", "by"], rows, paint)),
    "",
    statusSummary(status, paint),
    ...lastRun(status, paint),
    ...windowLine(status.window, paint),
    ...(status.running === null
      ? []
      : [
          paint.cyan(
            `A runner is at work now: pid ${status.running.pid} (${oneLine(status.running.application)}), since ${formatInstant(status.running.since)}.`,
          ),
        ]),
    ...renderProblems(status.problems, paint),
  ];
}

function statusSummary(status: StatusResult, paint: Paint): string {
  const current = status.current === null ? "Nothing applied" : `At version ${status.current}`;
  const pending =
    status.pending.length === 0
      ? "nothing pending"
      : `${count(status.pending.length, "migration")} pending`;
  return paint.bold(`${current}, ${pending}.`);
}

function lastRun(status: StatusResult, paint: Paint): string[] {
  const run = status.lastRun;
  if (run === null) return [];
  const outcome = run.failureClass === null ? run.outcome : `${run.outcome} (${run.failureClass})`;
  return [
    paint.dim(
      `Last run: ${run.command}, ${outcome}, ${formatInstant(run.startedAt)}, by ${oneLine(run.by)} on ${oneLine(run.host)}.`,
    ),
  ];
}

export function renderVerify(result: VerifyResult, paint: Paint): string[] {
  if (result.problems.length === 0) {
    return [`${paint.green("✓")} ${count(result.checked, "migration")} checked, no difference.`];
  }
  const found = count(result.problems.length, "problem");
  return [
    paint.bold(`${count(result.checked, "migration")} checked, ${found}.`),
    ...renderProblems(result.problems, paint),
  ];
}

function renderProblems(problems: readonly Problem[], paint: Paint): string[] {
  return problems.flatMap((problem) => [
    "",
    `${paint.red("✗")} ${problem.migration} (${problem.kind}): ${oneLine(problem.message)}`,
    `  ${paint.cyan("What to do:")} ${oneLine(problem.action)}`,
  ]);
}
