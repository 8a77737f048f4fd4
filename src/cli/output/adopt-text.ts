/** What `adopt` found, for people. */
import type { ConvertResult } from "../../takeover/convert.ts";
import type { ExportResult } from "../../takeover/export-history.ts";
import type { AdoptResult } from "../../takeover/adopt.ts";
import type { FinishResult } from "../../takeover/finish.ts";
import type { MappedResult } from "../../takeover/mapping.ts";
import type { RehearseResult } from "../../takeover/rehearse.ts";
import type { AdoptEntry, AdoptState } from "../../takeover/match.ts";
import type { Paint } from "./paint.ts";
import { renderTable } from "./table.ts";
import { oneLine } from "./width.ts";
import { count, formatInstant } from "./words.ts";

const WORDS: Readonly<Record<AdoptState, string>> = {
  applied: "applied",
  edited: "applied, edited since",
  missing: "applied, missing on disk",
  failed: "failed",
  pending: "pending",
  skipped: "silently skipped",
  twice: "applied twice",
};

/** More lines of a long history tell nobody anything; the ones that are not simply applied always do. */
const MOST_APPLIED = 12;

export function renderAdoption(result: AdoptResult, paint: Paint): string[] {
  const { entries, tool, table } = result;
  return [
    paint.dim(`History of ${tool} in ${oneLine(table)}`),
    ...renderTable(["  migration", "state", "when"], rowsOf(entries, paint), paint),
    ...entries.flatMap(({ id, message }) =>
      message === undefined ? [] : ["", `${paint.yellow("!")} ${oneLine(id)}: ${oneLine(message)}`],
    ),
    "",
    ...summary(result, paint),
  ];
}

function rowsOf(entries: readonly AdoptEntry[], paint: Paint): string[][] {
  const plain = entries.filter(({ state }) => state === "applied");
  const hidden = new Set(plain.slice(MOST_APPLIED / 2, -MOST_APPLIED / 2));
  if (plain.length <= MOST_APPLIED) hidden.clear();
  const rows: string[][] = [];
  let said = false;
  for (const entry of entries) {
    if (!hidden.has(entry)) {
      const { id, state, appliedAt } = entry;
      rows.push([
        `${mark(state, paint)} ${oneLine(id)}`,
        WORDS[state],
        appliedAt === null ? "" : formatInstant(appliedAt),
      ]);
    } else if (!said) {
      said = true;
      rows.push([
        paint.dim(`  … ${count(hidden.size, "more")}`.replace("mores", "more")),
        "applied",
        "",
      ]);
    }
  }
  return rows;
}

function mark(state: AdoptState, paint: Paint): string {
  if (state === "applied") return paint.green("✓");
  if (state === "pending") return paint.dim("·");
  return state === "failed" ? paint.red("✗") : paint.yellow("!");
}

function summary(result: AdoptResult, paint: Paint): string[] {
  const { entries, adopted, known, keepTheirs, dryRun, tool } = result;
  const pending = entries.filter(({ state }) => state === "pending" || state === "skipped").length;
  const rest = `${count(pending, "migration")} pending${pending > 0 ? "; `lockstep up` applies what is pending" : ""}.`;
  const before = known > 0 ? `, ${known} were known already` : "";
  const kept = keepTheirs
    ? [`Each run also writes the history of ${tool}, until \`lockstep adopt --finish\`.`]
    : [];
  if (dryRun) {
    return [
      paint.bold(`${count(adopted, "migration")} to adopt${before}; ${rest}`),
      "Nothing is written.",
    ];
  }
  return [
    `${paint.green("✓")} ${paint.bold(`Adopted ${count(adopted, "migration")}${before}; ${rest}`)}`,
    ...kept,
  ];
}

export function renderFinished({ format, table }: FinishResult, paint: Paint): string[] {
  return format === null || table === null
    ? [`${paint.green("✓")} No other history was kept up to date.`]
    : [
        `${paint.green("✓")} ${oneLine(table)} (${format}) is written no more. It stays as it is; drop it when nobody needs it.`,
      ];
}

export function renderExport(result: ExportResult, paint: Paint): string[] {
  const { exported, known, table, tool, created, dryRun } = result;
  const before = known > 0 ? `; ${known} were there already` : "";
  const place = `${oneLine(table)} (${tool}${created ? ", new" : ""})`;
  if (exported.length === 0) {
    return [`${paint.green("✓")} ${place} has every applied migration${before}.`];
  }
  const what = count(exported.length, "migration");
  return [
    ...exported.slice(0, 20).map((id) => `  ${oneLine(id)}`),
    ...(exported.length > 20 ? [paint.dim(`  … ${exported.length - 20} more`)] : []),
    dryRun
      ? paint.bold(`${what} to write into ${place}${before}. Nothing is written.`)
      : `${paint.green("✓")} ${paint.bold(`Wrote ${what} into ${place}${before}.`)}`,
  ];
}

export function renderRehearsal(
  { tool, command, applied }: RehearseResult,
  paint: Paint,
): string[] {
  return [
    paint.dim(`${tool}: ${oneLine(command)}`),
    `${paint.green("✓")} ${paint.bold(`${count(applied, "migration")}: Lockstep and ${tool} make the same schema.`)}`,
  ];
}

export function renderConverted(
  { migrations, renumbered, from }: ConvertResult,
  folder: string,
  paint: Paint,
): string[] {
  return [
    `${paint.green("✓")} ${paint.bold(`Wrote ${count(migrations, "migration")} into ${oneLine(folder)}.`)} Both folders make the same schema.`,
    renumbered
      ? `Versions were given anew, because those of ${from} are no whole numbers in their order.`
      : "Versions stay as they were.",
    `In each database: lockstep adopt --dir ${oneLine(folder)}`,
  ];
}

export function renderMapped({ renamed, from }: MappedResult, paint: Paint): string[] {
  return [
    renamed === 0
      ? `${paint.green("✓")} The history has the versions of the converted folder.`
      : `${paint.green("✓")} ${paint.bold(`${count(renamed, "migration")} applied from the folder of ${from} now ${renamed === 1 ? "has its" : "have their"} new versions.`)}`,
  ];
}
