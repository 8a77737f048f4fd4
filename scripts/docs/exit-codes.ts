/** docs/exit-codes.md, from the table of exit codes and the classes that end with each. */
import { EXIT_CODES, type ExitCodeName } from "../../src/failures/exit-codes.ts";
import { FAILURE_CLASSES } from "../../src/failures/taxonomy.ts";
import { pageHead, prose, table } from "./markdown.ts";

const AGAIN = {
  no: "no",
  yes: "yes",
  "after-action": "after what the message says is done",
} as const;

export function renderExitCodesPage(): string {
  const names = Object.keys(EXIT_CODES) as ExitCodeName[];
  const rows = names.map((name) => {
    const row = EXIT_CODES[name];
    return [`\`${row.code}\``, row.name, prose(row.meaning), AGAIN[row.retry]];
  });
  return (
    [
      pageHead("Exit codes"),
      "The exit code of `lockstep` is an interface: scripts, pipelines and pod failure policies may " +
        "rely on it. A code is never given another meaning. Node itself uses 1 to 14; Lockstep does not.",
      table(["Code", "Name", "When", "Run the same command again?"], rows),
      "## Failure classes by exit code",
      "The code of a class holds unless the run knows better: a failure that leaves a part of a " +
        "migration in the database ends with 80, whatever its class. " +
        "[Failure classes](failures.md) explains each.",
      ...names.flatMap((name) => {
        const classes = classesWith(name);
        if (classes.length === 0) return [];
        const row = EXIT_CODES[name];
        return [`**${row.code} ${row.name}**: ${classes.map((id) => `\`${id}\``).join(", ")}`];
      }),
      "",
    ]
      .join("\n\n")
      .trimEnd() + "\n"
  );
}

function classesWith(exit: ExitCodeName): string[] {
  return Object.entries(FAILURE_CLASSES)
    .filter(([, row]) => row.exit === exit)
    .map(([id]) => id);
}
