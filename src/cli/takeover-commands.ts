/** The rows of the command table that are about other tools. */
import { buildCommand } from "@stricli/core";
import { entry, type CommandEntry } from "./command-entry.ts";
import { databaseFlags, reasonFlags, text, toggle } from "./flags.ts";

export const TAKEOVER_COMMANDS: readonly CommandEntry[] = [
  entry(
    {
      name: "adopt",
      group: "Take over",
      summary: "Take a database over from another tool",
      description:
        "Finds the other tool's history, shows what it has applied, and records it here with its own times, in one transaction under the locks of both tools. Nothing is run, and running it again adds only what is new.",
      examples: [
        "lockstep adopt --dry-run",
        "lockstep adopt --from dbmate",
        "lockstep adopt --keep-theirs",
        "lockstep adopt --finish",
        "lockstep adopt --rehearse",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/adopt.ts")).adopt,
        parameters: {
          flags: {
            from: text("The other tool; by default the one that the folder shows", "tool"),
            table: text("Its history, where there are several", "schema.name"),
            dryRun: toggle("Only show what would be recorded"),
            acceptMissing: toggle("Leave out rows whose files nobody has any more"),
            keepTheirs: toggle("Go on writing the other tool's history with each run"),
            finish: toggle("End the transition: write the other tool's history no more"),
            rehearse: toggle("Run both tools on sandboxes and compare the schemas"),
            theirCommand: text("For --rehearse: how the other tool is run", "command"),
            ...reasonFlags,
            ...databaseFlags,
          },
        },
        docs,
      }),
  ),
];
