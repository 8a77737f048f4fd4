/** `lockstep --help`: the commands by what they are for, instead of sixteen usage lines. */
import { COMMANDS, type CommandEntry } from "./commands.ts";
import { createPaint } from "./output/paint.ts";
import { renderColumns } from "./output/table.ts";

export function renderRootHelp(color: boolean): string {
  const paint = createPaint(color);
  const groups = new Map<CommandEntry["group"], CommandEntry[]>();
  for (const entry of COMMANDS) {
    groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  }
  // One table over all groups, so that the summaries stand in one column.
  const rows = renderColumns(COMMANDS.map((entry) => [`  ${entry.name}`, entry.summary]));
  const byEntry = new Map(COMMANDS.map((entry, index) => [entry, rows[index] ?? ""]));
  const sections = [...groups].flatMap(([group, entries]) => [
    paint.bold(group),
    ...entries.map((entry) => byEntry.get(entry) ?? ""),
    "",
  ]);
  return [
    "Lockstep changes a PostgreSQL schema while the application keeps running.",
    "",
    `${paint.bold("Usage")}  lockstep <command> [flags]`,
    "",
    ...sections,
    "`lockstep <command> --help` shows flags and examples; `lockstep --version` the version.",
    "Exit codes, failures and events are described in the docs folder.",
    "",
  ].join("\n");
}
