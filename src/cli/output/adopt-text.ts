/** What `adopt` found, for people. */
import type { AdoptResult } from "../../takeover/adopt.ts";
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
