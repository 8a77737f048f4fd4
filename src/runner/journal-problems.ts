/**
 * What the journal says about migrations that were begun and not recorded. Pure. A journal row
 * lives until its migration is in the history, so every row belongs to an unfinished one.
 */
import type { History, JournalRow } from "../history/read.ts";
import { KINDS } from "./kinds/registry.ts";
import { UNKNOWN } from "./kinds/kind.ts";
import { problem } from "./reconcile.ts";
import type { Problem } from "./results.ts";

/**
 * Empty while somebody holds the run lock: what is unfinished then is being worked on.
 */
export function journalProblems(
  history: History,
  state: { readonly lockHeld: boolean },
): readonly Problem[] {
  if (state.lockHeld) return [];
  const groups = new Map<string, JournalRow[]>();
  for (const row of history.journal) {
    const key = `${row.direction} ${row.migration}`;
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()].map((rows) => {
    const open = rows.find((row) => row.state === "started" && !hasProbe(row));
    return open ? unknownOutcome(open) : interrupted(rows);
  });
}

/** Whether a run can find out by itself what became of a step that was started. */
export function hasProbe(row: JournalRow): boolean {
  // A batched loop has no kind of statement: its cursor says where to go on.
  const kind = (KINDS as Readonly<Record<string, unknown>>)[row.kind];
  return kind !== UNKNOWN;
}

export function versionOf(row: JournalRow): string {
  return /^[0-9]+/.exec(row.migration)?.[0] ?? row.migration;
}

function interrupted(rows: readonly JournalRow[]): Problem {
  const { migration, direction } = rows[0]!;
  const done = rows.filter((row) => row.state === "done").length;
  const open = rows.find((row) => row.state === "started");
  const where =
    open === undefined
      ? `after step ${Math.max(...rows.map((row) => row.ordinal))}`
      : `in step ${open.ordinal}`;
  return problem("interrupted", {
    class: "history.interrupted",
    migration,
    what: `\`${migration}\` was interrupted ${where} (${direction}); ${done} ${done === 1 ? "step is" : "steps are"} done and journaled.`,
    action: `Run \`lockstep ${direction}\`; it recovers by itself.`,
  });
}

function unknownOutcome(row: JournalRow): Problem {
  const version = versionOf(row);
  return problem("unknown-outcome", {
    class: "history.unknown_outcome",
    migration: row.migration,
    what: `Step ${row.ordinal} of \`${row.migration}\` was started, and nothing tells whether it took effect.`,
    action: `Look at the database, then run \`lockstep resolve ${version} --applied\` or \`lockstep resolve ${version} --not-applied\`.`,
  });
}
