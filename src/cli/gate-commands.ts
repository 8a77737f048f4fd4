/** The rows of the command table that wait for the schema. */
import { buildCommand } from "@stricli/core";
import { entry, type CommandEntry } from "./command-entry.ts";
import { duration, logFlags, lookFlags, parseNumber, text, toggle } from "./flags.ts";

export const GATE_COMMANDS: readonly CommandEntry[] = [
  entry(
    {
      name: "gate",
      group: "Deploy",
      summary: "Wait until the database has what this build ships",
      description:
        "For pods: looks, at most once a second, until everything that this build ships is applied and nothing of it is half done. Takes no lock, writes nothing and needs SELECT on the history alone. A database that is ahead is fine; contract migrations are not waited for. Ends with 82 when the time is over, and with 65 when this build is too old for the database.",
      examples: [
        "lockstep gate",
        "lockstep gate --timeout 2m",
        "lockstep gate --require 20240102120000 --timeout 0",
        "lockstep gate --require-folder migrations --max-ahead 20",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/gate.ts")).gate,
        parameters: {
          flags: {
            timeout: duration("How long to wait; 0 looks once (default 10m)"),
            require: text("Wait for this version only", "version"),
            requireFolder: {
              kind: "parsed",
              parse: String,
              brief: "Folder that says what is needed; may be repeated",
              placeholder: "folder",
              variadic: true,
              optional: true,
            },
            requireContract: toggle("Wait for contract migrations too"),
            maxAhead: {
              kind: "parsed",
              parse: parseNumber,
              brief: "Refuse a database that has more unknown versions than this",
              placeholder: "number",
              optional: true,
            },
            ...logFlags,
            ...lookFlags,
          },
        },
        docs,
      }),
  ),
];
