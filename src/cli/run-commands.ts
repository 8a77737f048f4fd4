/** The rows of the command table that look at runs: which there were, what one says, what it means. */
import { buildCommand } from "@stricli/core";
import { entry, positional, type CommandEntry } from "./command-entry.ts";
import { duration, lookFlags, parseCount, toggle } from "./flags.ts";

export const RUN_COMMANDS: readonly CommandEntry[] = [
  entry(
    {
      name: "runs",
      group: "Look",
      summary: "List runs: who, what, how long, with what outcome",
      description:
        "Reads the history, newest run first. A run that says that it runs, and whose lock nobody holds, was killed.",
      examples: ["lockstep runs", "lockstep runs --failed --since 7d", "lockstep runs --json"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/runs.ts")).runs,
        parameters: {
          flags: {
            limit: {
              kind: "parsed",
              parse: parseCount,
              brief: "How many; default 20",
              placeholder: "number",
              optional: true,
            },
            failed: toggle("Only those that did not end well"),
            since: duration("Only those that began in the last so long"),
            ...lookFlags,
          },
        },
        docs,
      }),
  ),
  entry(
    {
      name: "explain",
      group: "Look",
      summary: "Say what a failure means, and what to do",
      description:
        "Of a failure class, a SQLSTATE or an exit code it prints the page of the runbook, without a database. Of a run (its id, the beginning of it, or `last`) it also says what happened, with the statement and who stood in the way, what is half done now, and whether it is over.",
      examples: [
        "lockstep explain last",
        "lockstep explain 3f2a1b9c",
        "lockstep explain ddl.lock_timeout",
        "lockstep explain 55P03",
        "lockstep explain 80",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/explain.ts")).explain,
        parameters: {
          flags: lookFlags,
          positional: positional(
            "subject",
            "A run, `last`, a failure class, a SQLSTATE or an exit code",
          ),
        },
        docs,
      }),
  ),
];
