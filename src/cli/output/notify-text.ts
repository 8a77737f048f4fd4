/** `notify` for people: one line for each notifier. */
import type { TrialResult } from "../../notify/trial.ts";
import type { Paint } from "./paint.ts";
import { renderColumns } from "./table.ts";
import { oneLine } from "./width.ts";
import { count } from "./words.ts";

export function renderNotifiers(
  notifiers: readonly { readonly name: string; readonly type: string }[],
  paint: Paint,
): string[] {
  return [
    ...renderColumns(notifiers.map(({ name, type }) => [oneLine(name), paint.dim(type)])),
    "",
    "`lockstep notify --test` sends each of them a message.",
  ];
}

export function renderTrial(notifiers: readonly TrialResult[], paint: Paint): string[] {
  const rows = notifiers.map((one) => {
    const told = one.result === "told";
    const mark = told ? paint.green("✓") : paint.red("✗");
    const words = told ? `told (${one.statuses.join(", ")})` : (one.message ?? "");
    return [`${mark} ${oneLine(one.name)}`, oneLine(words)];
  });
  const missed = notifiers.filter(({ result }) => result !== "told").length;
  const verdict =
    missed === 0
      ? "Everybody was told. Look whether the messages have arrived."
      : `${count(missed, "notifier")} could not be told.`;
  return [...renderColumns(rows), "", paint.bold(verdict)];
}
