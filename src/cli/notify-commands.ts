/** The row of the command table that is about who is told. */
import { buildCommand } from "@stricli/core";

import { entry, type CommandEntry } from "./command-entry.ts";
import { databaseFlags, toggle } from "./flags.ts";

export const NOTIFY_COMMANDS: readonly CommandEntry[] = [
  entry(
    {
      name: "notify",
      group: "Deploy",
      summary: "Show who is told of failures, and try it",
      description:
        "Lists the notifiers of the configuration. With --test each gets a message that says it is a test, and what it answers is printed; ends with exit code 75 when one could not be told, with 78 when one is not configured. Does not connect to the database.",
      examples: [
        "lockstep notify",
        "lockstep notify --test",
        "lockstep notify --test --env production",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/notify.ts")).notify,
        parameters: {
          flags: {
            test: toggle("Send a test message to each of them"),
            ...databaseFlags,
          },
        },
        docs,
      }),
  ),
];
