/**
 * `lockstep adopt --rehearse`: each tool runs all migrations on a database of a sandbox, and the
 * schemas are compared. Nothing outside of the sandbox is touched.
 */
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";
import { Failure } from "../failures/failure.ts";
import { formatNamed } from "../formats/read-foreign.ts";
import type { MigrationSet } from "../migrations/migration.ts";
import { runSql } from "../postgres/admin.ts";
import { resolveTarget } from "../postgres/conninfo.ts";
import { qualified } from "../postgres/identifiers.ts";
import { Session } from "../postgres/session.ts";
import type { OnEvent } from "../runner/events.ts";
import type { RunnerSettings } from "../runner/options.ts";
import { up } from "../runner/up.ts";
import { createSandbox } from "../sandbox/sandbox.ts";
import { compareSchemas, describeDifferences } from "../history/compare-schemas.ts";

export interface RehearseOptions {
  readonly set: MigrationSet;
  readonly settings: RunnerSettings;
  /** Folders of the migrations, absolute. */
  readonly dirs: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** How the other tool is run; it gets the database as DATABASE_URL. Default: as its format knows. */
  readonly theirCommand?: string;
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
}

export interface RehearseResult {
  readonly tool: string;
  /** The command line of the other tool. */
  readonly command: string;
  /** How many migrations Lockstep applied. */
  readonly applied: number;
}

/** Throws `adopt.differs` when the schemas are not the same. */
export async function rehearse(options: RehearseOptions): Promise<RehearseResult> {
  const { set, settings } = options;
  if (set.format === "native") {
    throw new Failure({
      class: "usage",
      what: "The folder is in our own format, so there is no other tool to compare with.",
      action: "Name the tool with `--format` when the folder does not show it.",
    });
  }
  const format = formatNamed(set.format);
  await using sandbox = await createSandbox({ from: options.cwd });
  const [ours, theirs] = await Promise.all([sandbox.database("ours"), sandbox.database("theirs")]);
  const result = await up({
    target: await resolveTarget({ url: ours, env: {} }),
    source: () => Promise.resolve(set),
    settings: { ...settings, contract: { guard: "off" }, care: {} },
    ...(options.onEvent && { onEvent: options.onEvent }),
    ...(options.signal && { signal: options.signal }),
  });
  const command =
    options.theirCommand ?? format.command?.({ dir: options.dirs[0]!, url: "$DATABASE_URL" });
  if (command === undefined) {
    throw new Failure({
      class: "usage",
      what: `Lockstep does not know how to run ${format.title}.`,
      action: 'Give its command, which gets the database as DATABASE_URL: `--their-command "…"`.',
    });
  }
  await runTheirs(command, theirs, options);
  await dropTheirHistory(theirs, format);
  const differences = await compareSchemas(ours, theirs, settings.historySchema);
  const { onlyLeft, onlyRight } = differences;
  if (onlyLeft.length + onlyRight.length > 0) {
    throw new Failure({
      class: "adopt.differs",
      what: `Lockstep and ${format.title} make different schemas of this folder: ${onlyLeft.length + onlyRight.length} differences.`,
      notes: describeDifferences(differences, { left: "Lockstep", right: format.title }),
    });
  }
  return { tool: format.title, command, applied: result.applied.length };
}

/** By a shell, with the project's own packages on the PATH. */
function runTheirs(command: string, url: string, options: RehearseOptions): Promise<void> {
  const { cwd, env, signal } = options;
  const path = [join(cwd, "node_modules/.bin"), env["PATH"] ?? ""].join(delimiter);
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      cwd,
      env: { ...env, PATH: path, DATABASE_URL: url },
      stdio: ["ignore", "pipe", "pipe"],
      ...(signal && { signal }),
    });
    let output = "";
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString("utf8")).slice(-4000);
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) return resolve();
      // What a shell answers for a program that it does not find, or may not run.
      if (code === 127 || code === 126) return reject(notFound(command, output));
      reject(
        new Failure({
          class: "adopt.differs",
          what: `\`${command}\` ended with ${code === null ? "a signal" : `exit code ${code}`} on an empty database, on which Lockstep applied everything.`,
          action:
            "Look at what it printed; give the right command with `--their-command`, or see whether it is a known fault of the tool.",
          notes: output.trim().split("\n").slice(-12),
        }),
      );
    });
  });
}

function notFound(command: string, output: string): Failure {
  return new Failure({
    class: "config.invalid",
    what: `\`${command}\` cannot be run here: ${output.trim().split("\n").at(-1) ?? ""}.`,
    state: "Only sandboxes were touched; they are gone.",
    action:
      'Install the tool, or say how to run it, with the database as DATABASE_URL: `--their-command "…"`.',
  });
}

async function dropTheirHistory(
  url: string,
  { history }: ReturnType<typeof formatNamed>,
): Promise<void> {
  if (!history) return;
  const target = await resolveTarget({ url, env: {} });
  const session = await Session.open(target, { applicationName: "lockstep rehearse" });
  let tables: Awaited<ReturnType<typeof history.find>>;
  try {
    tables = await history.find(session);
  } finally {
    await session.close();
  }
  for (const { schema, name } of tables) {
    await runSql(url, `drop table ${qualified(schema, name)} cascade`);
  }
  // A schema that is the tool's own is empty now, apart from what else it keeps there.
  const { schema } = history.defaultTable;
  if (schema !== "public" && tables.length > 0) {
    await runSql(url, `drop schema if exists ${qualified(undefined, schema)} cascade`);
  }
}
