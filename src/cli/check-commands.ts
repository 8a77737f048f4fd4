/** The rows of the command table that look at migrations before anybody runs them. */
import { buildCommand } from "@stricli/core";
import { entry, type CommandEntry } from "./command-entry.ts";
import { databaseFlags, predictionFlags, text, toggle } from "./flags.ts";

const { format: sourceFormat, ...otherFlags } = databaseFlags;

export const CHECK_COMMANDS: readonly CommandEntry[] = [
  entry(
    {
      name: "lint",
      group: "Check",
      summary: "Say what is dangerous in migrations, without a database",
      description:
        "Replays the history of the folder in memory and looks at each statement with what it knows by then: the old type, the new table, the constraint that proves. Reports on the given files and folders, on what changed since a commit, or on all. Ends with 65 when there are errors.",
      examples: [
        "lockstep lint",
        "lockstep lint migrations/20240102120000_add_users.sql",
        "lockstep lint --since origin/main --format github",
        "lockstep lint --pending --url $DATABASE_URL",
        "lockstep lint --explain index-not-concurrent",
        "lockstep lint --fix --dry-run",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/lint.ts")).lint,
        parameters: {
          flags: {
            since: text("Only files that changed since this commit, branch or tag", "ref"),
            pending: toggle("Only what is not applied to the database"),
            format: text(
              "text, json, sarif, github[-summary], gitlab, junit or markdown",
              "format",
            ),
            output: text("Write the report to a file", "file"),
            pgVersion: {
              kind: "parsed",
              parse: parseMajor,
              brief: "Major version of the server, 14 to 18; default the newest",
              placeholder: "number",
              optional: true,
            },
            runner: {
              kind: "enum",
              values: ["lockstep", "other"],
              brief: "Who runs the files: `other` adds what Lockstep takes care of",
              optional: true,
            },
            pack: {
              kind: "enum",
              values: ["style", "naming"],
              brief: "Rules that are off unless asked for; may be repeated",
              variadic: true,
              optional: true,
            },
            baseline: text("Findings that are known", "file"),
            writeBaseline: toggle("Keep today's findings as known"),
            rules: toggle("List all rules"),
            explain: text("Explain one rule", "rule"),
            cache: {
              kind: "boolean",
              brief: "Keep the catalog of the history between runs",
              optional: true,
            },
            fix: toggle("Write what the findings propose, once a sandbox has proved it"),
            dryRun: toggle("With --fix: show what would be written, and prove it"),
            unproved: toggle("With --fix: write also what could not be proved"),
            sourceFormat,
            ...otherFlags,
          },
          positional: {
            kind: "array",
            parameter: { brief: "File or folder to report on", placeholder: "path", parse: String },
          },
        },
        docs,
      }),
  ),
  entry(
    {
      name: "trace",
      group: "Check",
      summary: "Run what is pending on a sandbox, and show what each statement locks",
      description:
        "Replays the history on a throw-away server of the target's major version, then runs each pending statement and shows its locks, who waits behind them, rewrites, scans, index builds and validations, and what lint said that proved right or wrong. With a database, what is not applied there is pending; it is only read. With paths or --since, those files are, and no database is needed. With --stats, it predicts how long production would wait, and --max-block makes that a limit (exit 65).",
      examples: [
        "lockstep trace",
        "lockstep trace migrations/20240102120000_add_users.sql",
        "lockstep trace --since origin/main --stats stats.json --max-block 200ms",
        "lockstep trace --json",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/trace.ts")).trace,
        parameters: {
          flags: {
            since: text("Files that changed since this commit, branch or tag", "ref"),
            pgVersion: {
              kind: "parsed",
              parse: parseMajor,
              brief: "Major version of the sandbox; by default the target's, or the newest",
              placeholder: "number",
              optional: true,
            },
            ...predictionFlags,
            ...databaseFlags,
          },
          positional: {
            kind: "array",
            parameter: { brief: "File or folder to trace", placeholder: "path", parse: String },
          },
        },
        docs,
      }),
  ),
  entry(
    {
      name: "stats",
      group: "Check",
      summary: "Print sizes and rates of a database, for `trace --stats`",
      description:
        "Reads, in one read-only transaction with short timeouts, how big the tables are, how often they are read and written, how long transactions last, and how long applied migrations took. No row, no query and no name of a person is in it.",
      examples: ["lockstep stats --url $PRODUCTION_URL > stats.json"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/stats.ts")).stats,
        parameters: { flags: databaseFlags },
        docs,
      }),
  ),
  entry(
    {
      name: "lsp",
      group: "Check",
      summary: "Say the same in an editor: the language server",
      description:
        "Speaks the Language Server Protocol on standard input and output; an editor starts it. Findings are shown while a file is written, with what a statement locks and how it can be changed.",
      examples: ["lockstep lsp --stdio"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/lsp.ts")).lsp,
        parameters: {
          flags: {
            stdio: toggle("Standard input and output, which is the only way and the default"),
            clientProcessId: {
              kind: "parsed",
              parse: Number,
              brief: "Process of the editor; the server ends with it",
              placeholder: "number",
              optional: true,
            },
          },
        },
        docs,
      }),
  ),
];

function parseMajor(value: string): number {
  if (/^\d{1,3}$/.test(value)) return Number(value);
  throw new SyntaxError("write a major version: 16");
}
