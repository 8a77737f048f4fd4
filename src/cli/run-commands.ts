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
  entry(
    {
      name: "watch",
      group: "Look",
      summary: "Follow a run live: step, progress, who is in its way, who waits behind it",
      description:
        "Follows the run that is under way, or the one whose id begins as given, until it ends. One connection, one query a second, nothing written. Ends with 0 when the run ended well or none is under way, else with the exit code of the run's failure; with 75 when the run was killed. A role without pg_read_all_stats sees no states and statements of other roles.",
      examples: ["lockstep watch", "lockstep watch --wait", "lockstep watch 3f2a1b9c --json"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/watch.ts")).watch,
        parameters: {
          flags: {
            wait: toggle("Wait for a run to begin where none is under way"),
            ...lookFlags,
          },
          positional: {
            kind: "tuple",
            parameters: [
              {
                brief: "The run's id or its beginning; by default the run that is under way",
                placeholder: "run",
                parse: parseRunId,
                optional: true,
              },
            ],
          },
        },
        docs,
      }),
  ),
];

function parseRunId(value: string): string {
  if (/^[0-9a-f][0-9a-f-]{3,35}$/i.test(value)) return value;
  throw new SyntaxError("write at least four digits of a run's id");
}
