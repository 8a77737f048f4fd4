/**
 * The command table: the command line, the help, docs/cli.md and the shell completions are all
 * made from it. Loading it loads no command: each is imported when it is the one that runs.
 */
import { buildCommand } from "@stricli/core";
import { entry, positional, type CommandEntry } from "./command-entry.ts";
import {
  databaseFlags,
  careFlags,
  forceFlags,
  outputFlags,
  phaseFlags,
  predictionFlags,
  projectFlags,
  reasonFlags,
  runFlags,
  selectionFlags,
  text,
  toggle,
} from "./flags.ts";
import { CHECK_COMMANDS } from "./check-commands.ts";
import { GATE_COMMANDS } from "./gate-commands.ts";
import { MANIFEST_COMMANDS } from "./manifest-commands.ts";
import { NOTIFY_COMMANDS } from "./notify-commands.ts";
import { RUN_COMMANDS } from "./run-commands.ts";
import { TAKEOVER_COMMANDS } from "./takeover-commands.ts";

export type { CommandEntry } from "./command-entry.ts";

export const COMMANDS: readonly CommandEntry[] = [
  entry(
    {
      name: "init",
      group: "Start",
      summary: "Create a migrations folder and a configuration file",
      description:
        "Creates migrations/ and lockstep.config.ts in the current folder. What is already there stays as it is.",
      examples: ["lockstep init", "lockstep init --json-config"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/init.ts")).init,
        parameters: {
          flags: { jsonConfig: toggle("Write lockstep.config.json instead"), ...outputFlags },
        },
        docs,
      }),
  ),
  entry(
    {
      name: "new",
      group: "Start",
      summary: "Create a migration file",
      description:
        "Creates an empty migration in the first migrations folder; its version is the time in UTC.",
      examples: [
        "lockstep new add_users",
        "lockstep new fill_plans --ts",
        "lockstep new add_email --down",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/new.ts")).create,
        parameters: {
          flags: {
            ts: toggle("A TypeScript module instead of SQL"),
            down: toggle("With a file (or function) that reverts it"),
            ...projectFlags,
          },
          positional: positional("name", "What the migration does: add_users"),
        },
        docs,
      }),
  ),
  entry(
    {
      name: "dev",
      group: "Start",
      summary: "Run a PostgreSQL for this project",
      description:
        "Starts an embedded PostgreSQL that keeps its data under .lockstep/, prints its URL and runs until Ctrl-C.",
      examples: ["lockstep dev"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/dev.ts")).dev,
        parameters: { flags: outputFlags },
        docs,
      }),
  ),
  entry(
    {
      name: "up",
      group: "Every day",
      summary: "Apply pending migrations",
      description:
        "Applies what is pending, in order, without making anybody wait longer than the stall cap (80 ms). With nothing pending it takes no lock at all.",
      examples: [
        "lockstep up",
        "lockstep up --to 20240102120000",
        "lockstep up --dry-run",
        "lockstep up --budget 30m --json",
        "lockstep up --phase expand",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/up.ts")).up,
        parameters: {
          flags: {
            dryRun: toggle("The same as `lockstep plan`"),
            ...phaseFlags,
            ...forceFlags,
            ...careFlags,
            ...runFlags,
          },
        },
        docs,
      }),
  ),
  entry(
    {
      name: "down",
      group: "Every day",
      summary: "Revert applied migrations",
      description:
        "Runs the down scripts of applied migrations in reverse order; without --to and --count, of the last one only. A migration without a down script is refused before anything is touched.",
      examples: ["lockstep down", "lockstep down --count 3", "lockstep down --to 20240102120000"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/down.ts")).down,
        parameters: { flags: { ...forceFlags, ...careFlags, ...runFlags } },
        docs,
      }),
  ),
  entry(
    {
      name: "plan",
      group: "Look",
      summary: "Show what `up` would do, and which locks it takes",
      description:
        "Reads in a read-only transaction, takes no advisory lock and writes nothing. A migration that would be refused ends it with the exit code that `up` would end with.",
      examples: [
        "lockstep plan",
        "lockstep plan --count 1",
        "lockstep plan --trace",
        "lockstep plan --direction down --json",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/plan.ts")).plan,
        parameters: {
          flags: {
            direction: {
              kind: "enum",
              values: ["up", "down"],
              brief: "What to plan; up by default",
              optional: true,
            },
            embedded: toggle("Plan for a throw-away PostgreSQL, that is, from nothing"),
            trace: toggle("Also run it on a sandbox, and show under each step what was seen"),
            ...predictionFlags,
            ...phaseFlags,
            ...careFlags,
            ...selectionFlags,
            ...databaseFlags,
          },
        },
        docs,
      }),
  ),
  entry(
    {
      name: "status",
      group: "Look",
      summary: "Show what is applied and what is pending",
      description:
        "Reads the history and the migrations folder. Changes nothing and takes no lock.",
      examples: ["lockstep status", "lockstep status --json"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/status.ts")).status,
        parameters: { flags: databaseFlags },
        docs,
      }),
  ),
  entry(
    {
      name: "verify",
      group: "Look",
      summary: "Compare the history with the migration files",
      description:
        "Finds edited, missing, out-of-order and interrupted migrations; ends with exit code 65 when there are any.",
      examples: ["lockstep verify", "lockstep verify --json"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/verify.ts")).verify,
        parameters: { flags: databaseFlags },
        docs,
      }),
  ),
  entry(
    {
      name: "doctor",
      group: "Look",
      summary: "Check the connection, the role and the server",
      description:
        "Looks at the kind of connection, the role's rights, server settings that hurt migrations, invalid indexes, constraints left NOT VALID and long transactions. Ends with exit code 78 when a check fails.",
      examples: ["lockstep doctor"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/doctor.ts")).doctor,
        parameters: { flags: { ...careFlags, ...databaseFlags } },
        docs,
      }),
  ),
  entry(
    {
      name: "baseline",
      group: "Settle",
      summary: "Adopt a database that is already at a version",
      description:
        "Records every migration up to and including the version as applied, without running it. Asked for, and recorded with who and why.",
      examples: ['lockstep baseline 20240101000000 --reason "schema came from a dump"'],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/baseline.ts")).baseline,
        parameters: {
          flags: { ...reasonFlags, ...databaseFlags },
          positional: positional("version", "The version that the database has"),
        },
        docs,
      }),
  ),
  entry(
    {
      name: "repair",
      group: "Settle",
      summary: "Accept edited migration files",
      description:
        "Replaces the recorded checksums of applied migrations whose files were edited; nothing else. Without versions, of all of them.",
      examples: [
        'lockstep repair --reason "comment added"',
        "lockstep repair 20240101000000 --yes --reason typo",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/repair.ts")).repair,
        parameters: {
          flags: { ...reasonFlags, ...databaseFlags },
          positional: {
            kind: "array",
            parameter: {
              brief: "Versions whose edited files are accepted",
              placeholder: "version",
              parse: String,
            },
          },
        },
        docs,
      }),
  ),
  entry(
    {
      name: "resolve",
      group: "Settle",
      summary: "Settle a step whose outcome is not known",
      description:
        "Says whether the step that an interrupted run left open took place. Look at the database first: `lockstep status` says at what.",
      examples: ['lockstep resolve 20240101000000 --applied --reason "the index is there"'],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/resolve.ts")).resolve,
        parameters: {
          flags: {
            applied: toggle("The step took place"),
            notApplied: toggle("The step did not take place"),
            ...reasonFlags,
            ...databaseFlags,
          },
          positional: positional("version", "The version of the migration"),
        },
        docs,
      }),
  ),
  entry(
    {
      name: "split",
      group: "Settle",
      summary: "Split a file that mixes transactional and other statements",
      description:
        "Prints the files that a refused migration should have been; with --write it replaces the file by them. Only for migrations that are not applied anywhere in this history.",
      examples: [
        "lockstep split migrations/20240101000000_add_index.sql",
        "lockstep split migrations/20240101000000_add_index.sql --write",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/split.ts")).split,
        parameters: {
          flags: { write: toggle("Write the files instead of printing them"), ...databaseFlags },
          positional: positional("file", "The migration file"),
        },
        docs,
      }),
  ),
  ...RUN_COMMANDS,
  ...GATE_COMMANDS,
  ...MANIFEST_COMMANDS,
  ...NOTIFY_COMMANDS,
  ...CHECK_COMMANDS,
  ...TAKEOVER_COMMANDS,
  entry(
    {
      name: "grants",
      group: "Setup",
      summary: "Print the rights that each role needs",
      description: "Prints GRANT statements for the roles that are named. Connects to nothing.",
      examples: ["lockstep grants --migrator app_migrator --gate app --observer monitoring"],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/grants.ts")).grants,
        parameters: {
          flags: {
            migrator: text("Role that applies migrations", "role"),
            gate: text("Role of the application, which reads what is applied", "role"),
            observer: text("Role that reads the whole history", "role"),
            app: text("Role of the application, which says with heartbeats what runs", "role"),
            ...projectFlags,
          },
        },
        docs,
      }),
  ),
  entry(
    {
      name: "completion",
      group: "Setup",
      summary: "Print a completion script for a shell",
      description:
        "Prints a script that completes commands, flags and their values in bash, zsh or fish.",
      examples: [
        "lockstep completion bash > ~/.local/share/bash-completion/completions/lockstep",
        'lockstep completion zsh > "${fpath[1]}/_lockstep"',
        "lockstep completion fish > ~/.config/fish/completions/lockstep.fish",
      ],
    },
    (docs) =>
      buildCommand({
        loader: async () => (await import("./commands/completion.ts")).completion,
        parameters: { positional: positional("shell", "bash, zsh or fish") },
        docs,
      }),
  ),
];
