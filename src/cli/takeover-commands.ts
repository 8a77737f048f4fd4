/** The rows of the command table that are about other tools. */
import { buildCommand } from "@stricli/core";
import { entry, positional, type CommandEntry } from "./command-entry.ts";
import { databaseFlags, projectFlags, reasonFlags, text, toggle } from "./flags.ts";

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
  entry(
    {
      name: "convert",
      group: "Take over",
      summary: "Write another tool's folder in our own format",
      description:
        "Writes the migrations of another tool's folder into a new one, in our own format, and proves on two databases of a sandbox that both make the same schema. The old folder stays. `lockstep adopt` in the new folder then gives what is applied its new versions.",
      examples: ["lockstep convert --to native migrations-native"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/convert.ts")).convert,
        parameters: {
          flags: {
            to: text("The format to write; native is the only one", "format"),
            ...projectFlags,
          },
          positional: positional("folder", "The new folder"),
        },
        docs,
      }),
  ),
  entry(
    {
      name: "export-history",
      group: "Take over",
      summary: "Write what is applied into another tool's history",
      description:
        "The way back: records every applied migration in the history of the tool, as that tool writes it, under the locks of both. Creates its table where it is missing. Lockstep's own history stays.",
      examples: [
        "lockstep export-history --to dbmate --dry-run",
        "lockstep export-history --to golang-migrate",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/export-history.ts")).exportHistory,
        parameters: {
          flags: {
            to: { kind: "parsed", parse: String, brief: "The other tool", placeholder: "tool" },
            dryRun: toggle("Only show what would be written"),
            ...reasonFlags,
            ...databaseFlags,
          },
        },
        docs,
      }),
  ),
];
