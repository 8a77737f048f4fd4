/** docs/runbook.md, from the failure taxonomy and the table of first looks. */
import { EXIT_CODES, type ExitCode } from "../../src/failures/exit-codes.ts";
import { FAILURE_THEMES } from "../../src/failures/taxonomy.ts";
import type { FailureClassId } from "../../src/failures/taxonomy.ts";
import {
  ALL_CLASSES,
  runbookEntry,
  sqlstatesOf,
  stateOf,
  URGENCY,
} from "../../src/runbook/entry.ts";
import { pageHead, prose, table } from "./markdown.ts";

const WHO = {
  nobody: "nobody",
  author: "the author, in working hours",
  "on-call": "on call",
  urgent: "on call, at once",
} as const satisfies Record<ExitCode["concerns"], string>;

export function renderRunbookPage(): string {
  return (
    [
      pageHead("Runbook"),
      "For whoever was woken up. Find the class: it is in the page, in the last line of the output, in " +
        "`lockstep runs`, and in the label `failure_class` of the metrics. `lockstep explain last` prints " +
        "the part of this page that the last run needs, with its statement and its blockers.",
      "Whatever happened, these hold: the application goes on; the next `lockstep up` cleans up and goes " +
        "on by itself; there is no flag to reset and no lock to delete by hand.",
      "## By exit code",
      byExitCode(),
      "## By SQLSTATE",
      bySqlstate(),
      ...FAILURE_THEMES.flatMap(({ title, classes }) => [
        `## ${title}`,
        ...(Object.keys(classes) as FailureClassId[]).map(section),
      ]),
    ].join("\n\n") + "\n"
  );
}

function byExitCode(): string {
  const rows = Object.values<ExitCode>(EXIT_CODES).map(({ code, name, meaning, concerns }) => [
    `\`${code}\``,
    name,
    prose(meaning),
    WHO[concerns],
  ]);
  return table(["Code", "Name", "What happened", "Concerns"], rows);
}

function bySqlstate(): string {
  const byCode = new Map<string, FailureClassId[]>();
  for (const id of ALL_CLASSES) {
    for (const code of sqlstatesOf(id)) byCode.set(code, [...(byCode.get(code) ?? []), id]);
  }
  const rows = [...byCode]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([code, ids]) => [`\`${code}\``, [...new Set(ids)].map(link).join(", ")]);
  return table(["SQLSTATE", "Class"], rows);
}

function link(id: FailureClassId): string {
  return `[\`${id}\`](#${id})`;
}

/** The anchor is the class itself, dots and all, which is what alerts and pages append to a link. */
function section(id: FailureClassId): string {
  const entry = runbookEntry(id);
  return [
    `<a id="${id}"></a>`,
    `### ${id}`,
    `${prose(entry.title)}.`,
    [
      `- **How urgent:** ${prose(URGENCY[entry.concerns])}`,
      `- **Severity, exit code:** ${entry.severity}, ${entry.exitCode}.`,
      `- **How it is detected:** ${prose(entry.detection)}`,
      `- **What Lockstep did:** ${prose(entry.automatic)}`,
      `- **State now:** ${prose(stateOf(entry))}`,
      `- **What to do:** ${prose(entry.action)}`,
    ].join("\n"),
    ...entry.firstLooks.map(({ shows, run }) => {
      const language = run.startsWith("lockstep ") ? "sh" : "sql";
      return `Look at ${prose(shows)}:\n\n\`\`\`${language}\n${run}\n\`\`\``;
    }),
  ].join("\n\n");
}
