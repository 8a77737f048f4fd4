/** `doctor` for people: one line per check, the bad ones with an instruction. */
import type { DoctorCheck, DoctorResult } from "../../runner/results.ts";
import type { Paint } from "./paint.ts";
import { renderColumns } from "./table.ts";
import { oneLine } from "./width.ts";
import { count } from "./words.ts";

export function renderDoctor(result: DoctorResult, paint: Paint): string[] {
  const rows = renderColumns(
    result.checks.map((check) => [
      `${mark(check, paint)} ${oneLine(check.title)}`,
      oneLine(check.message),
    ]),
  );
  const lines = result.checks.flatMap((check, index) => [
    rows[index] ?? "",
    ...(check.action === undefined || check.status === "ok"
      ? []
      : [`    ${paint.cyan("What to do:")} ${oneLine(check.action)}`]),
  ]);
  return [...lines, "", paint.bold(verdict(result))];
}

function verdict(result: DoctorResult): string {
  const number = (status: DoctorCheck["status"]): number =>
    result.checks.filter((check) => check.status === status).length;
  if (number("fail") === 0 && number("warn") === 0) return "Everything looks well.";
  return `${count(number("fail"), "failure")}, ${count(number("warn"), "warning")}.`;
}

function mark(check: DoctorCheck, paint: Paint): string {
  switch (check.status) {
    case "ok":
      return paint.green("✓");
    case "info":
      return paint.dim("·");
    case "warn":
      return paint.yellow("!");
    case "fail":
      return paint.red("✗");
  }
}
