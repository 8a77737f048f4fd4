/** The settings of a command from flags, environment and configuration file, and what the runner
 * gets of them. */
import { loadSettings, type ResolvedSettings } from "../config/settings.ts";
import { readSource, type TargetDatabase, targetDatabase } from "../formats/read-source.ts";
import type { MigrationSet } from "../migrations/migration.ts";
import type { ConnectTarget } from "../postgres/connect.ts";
import { resolveTarget } from "../postgres/conninfo.ts";
import type { OnEvent } from "../runner/events.ts";
import type { RunnerOptions } from "../runner/options.ts";
import type { CliContext } from "./context.ts";
import type { DatabaseFlags, ProjectFlags, RunFlags } from "./flags.ts";

export interface Project extends ResolvedSettings {
  /** Everything that an operation of the runner needs; resolves the address, connects to nothing. */
  runnerOptions(onEvent: OnEvent): Promise<RunnerOptions>;
  /** The migrations; `format` wins over what the configuration and the folder say. */
  source(format?: string): Promise<MigrationSet>;
  /** The migrations, with the folder read as a format that it may not show. */
  readAs(format: string): Promise<MigrationSet>;
}

type AnyFlags = ProjectFlags & Partial<DatabaseFlags> & Partial<RunFlags>;

/** `needsUrl: false` for the commands that only look at the project. */
export async function loadProject(
  context: CliContext,
  flags: AnyFlags,
  { needsUrl = true }: { readonly needsUrl?: boolean } = {},
): Promise<Project> {
  const { cwd, signal } = context;
  const env = context.process.env as NodeJS.ProcessEnv;
  // A switch that is not given is no answer: the environment and the file may still say yes.
  const given = { ...flags, strict: flags.strict === true ? true : undefined };
  const resolved = await loadSettings({ cwd, env, flags: given, needsUrl });
  warn(context, flags, resolved.warnings);
  return {
    ...resolved,
    source: (format) =>
      readProjectSource(context, format === undefined ? resolved : { ...resolved, format }),
    readAs: (format) => readProjectSource(context, { ...resolved, format }),
    async runnerOptions(onEvent) {
      const { url } = resolved;
      // A throw-away server has neither business hours nor replicas.
      const settings = flags.embedded ? { ...resolved.settings, care: {} } : resolved.settings;
      const target = await resolveTarget({ env, cwd, ...(url !== undefined && { url }) });
      warn(context, flags, target.notes ?? []);
      const source = (): Promise<MigrationSet> => readProjectSource(context, resolved, target);
      return { target, source, settings, onEvent, signal, processExitsSoon: true };
    },
  };
}

/** The migrations of the project, in whatever format its folder has. */
export function readProjectSource(
  { cwd, process }: CliContext,
  { dirs, format, settings }: ResolvedSettings,
  target?: ConnectTarget | TargetDatabase,
): Promise<MigrationSet> {
  const { placeholders } = settings;
  const database = target && ("hosts" in target ? targetDatabase(target) : target);
  return readSource(dirs, {
    cwd,
    env: process.env,
    ...(format !== undefined && { format }),
    ...(placeholders && { placeholders }),
    ...(database && { database }),
  });
}

/** On stderr, because stdout may be read by a program. */
function warn(context: CliContext, flags: AnyFlags, warnings: readonly string[]): void {
  if (flags.quiet) return;
  for (const warning of warnings) context.process.stderr.write(`warning: ${warning}\n`);
}
