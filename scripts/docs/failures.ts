/** docs/failures.md, from the failure taxonomy. */
import { EXIT_CODES } from "../../src/failures/exit-codes.ts";
import type { FailureClass } from "../../src/failures/failure-class.ts";
import { FAILURE_THEMES } from "../../src/failures/taxonomy.ts";
import { pageHead, prose, table } from "./markdown.ts";

const RETRY = {
  never: "no",
  transaction: "the whole transaction",
  cleanup: "after cleaning up",
  reconnect: "from the top, on a new connection",
} as const satisfies Record<FailureClass["retry"], string>;

const PARTIAL = {
  none: "no",
  possible: "possible",
  unknown: "unknown until checked",
} as const satisfies Record<FailureClass["partial"], string>;

export function renderFailuresPage(): string {
  const sections = FAILURE_THEMES.flatMap((theme) => [
    `## ${theme.title}`,
    ...Object.entries<FailureClass>(theme.classes).map(([id, row]) => section(id, row)),
  ]);
  return (
    [
      pageHead("Failure classes"),
      "Every failure of Lockstep belongs to one class. The class decides what Lockstep does by " +
        "itself, the [exit code](exit-codes.md), the text on the terminal and the label in metrics. " +
        "It is the first word of an error message and the field `class` in `--json`.",
      "In the table, *retried* says what Lockstep does by itself before it gives up, and *partial* " +
        "whether something of the failed migration can remain in the database. The exit code is the " +
        "one after all retries.",
      overview(),
      ...sections,
    ].join("\n\n") + "\n"
  );
}

function overview(): string {
  const rows = FAILURE_THEMES.flatMap((theme) =>
    Object.entries<FailureClass>(theme.classes).map(([id, row]) => [
      `[\`${id}\`](#${anchor(id)})`,
      prose(row.title),
      RETRY[row.retry],
      PARTIAL[row.partial],
      String(EXIT_CODES[row.exit].code),
    ]),
  );
  return table(["Class", "What happened", "Retried", "Partial", "Exit"], rows);
}

/** The anchor that renderers derive from a heading with only the id: without its dots. */
function anchor(id: string): string {
  return id.replaceAll(".", "");
}

function section(id: string, row: FailureClass): string {
  const exit = EXIT_CODES[row.exit];
  return [
    `### ${id}`,
    `${prose(row.title)}.`,
    [
      `- **How it is detected:** ${prose(row.detection)}`,
      `- **What Lockstep does:** ${prose(row.automatic)}`,
      `- **State afterwards:** ${prose(row.state)}`,
      `- **What to do:** ${prose(row.action)}`,
      `- **Severity and exit code:** ${row.severity}, ${exit.code} (${exit.name}).`,
    ].join("\n"),
  ].join("\n\n");
}
