/** The options of the library's functions, and what the runner gets of them. */
import type { CareSettings } from "../config/care-config.ts";
import type { ContractConfig } from "../config/contract-config.ts";
import { Failure } from "../failures/failure.ts";
import { readSource, type TargetDatabase, targetDatabase } from "../formats/read-source.ts";
import { type MigrationSet, nativeSet } from "../migrations/migration.ts";
import { migrationsFromData, type MigrationData } from "../migrations/from-data.ts";
import type { OnEvent } from "../runner/events.ts";
import { DEFAULT_SETTINGS, type RunnerOptions, type RunnerSettings } from "../runner/options.ts";
import { targetOf, type Connection } from "./connection.ts";

export interface CommonOptions {
  /** By default libpq's PG* environment variables. */
  readonly connection?: Connection | undefined;
  /** Folder or folders of migrations; default `migrations`. */
  readonly dir?: string | readonly string[];
  /** The tool whose format the folder has, `native` for our own; default: what the folder shows. */
  readonly format?: string;
  /** Migrations as data instead of a folder, for bundles and serverless functions. */
  readonly migrations?: readonly MigrationData[];
  /** Relative folders are resolved against it; default the working directory. */
  readonly cwd?: string;
  /** Schema of the history tables; default `lockstep`. */
  readonly historySchema?: string;
  readonly historyPrefix?: string;
  /** How long to wait for another runner, in milliseconds; default ten minutes. */
  readonly lockWaitMs?: number;
  /** The stall cap: the longest time anybody may wait behind us, in milliseconds; default 80. */
  readonly capMs?: number;
  /** How long to keep trying to get locks for one migration, in milliseconds; default ten minutes. */
  readonly budgetMs?: number;
  /** How long to keep trying to connect, in milliseconds; default one minute. */
  readonly connectWaitMs?: number;
  readonly outOfOrder?: "refuse" | "allow";
  /** Refuse when the schema is not the one that the last run left. */
  readonly strict?: boolean;
  /** Switches `${name}` placeholders on; a missing name is an error. */
  readonly placeholders?: Readonly<Record<string, string>>;
  /** The search_path that migrations run with; default the role's own. */
  readonly searchPath?: string;
  /** Make a view of the name of the other tool's history table, for migrations that read it. */
  readonly historyView?: boolean;
  /** Who must be gone before a migration marked contract is applied; see docs/contract.md. */
  readonly contract?: ContractConfig;
  /** Windows, freezes, which blockers may be cancelled, replicas, free disk; see docs/care.md. */
  readonly care?: CareSettings;
  readonly onEvent?: OnEvent;
  /** Aborting cancels what runs, writes the journal and rejects with a Failure. */
  readonly signal?: AbortSignal;
}

const SETTINGS = [
  "historySchema",
  "historyPrefix",
  "lockWaitMs",
  "capMs",
  "budgetMs",
  "connectWaitMs",
  "outOfOrder",
  "strict",
  "placeholders",
  "historyView",
  "searchPath",
  "contract",
  "care",
] as const satisfies readonly (keyof RunnerSettings & keyof CommonOptions)[];

export type SourceOptions = Pick<
  CommonOptions,
  "dir" | "format" | "migrations" | "cwd" | "placeholders"
>;

/** The migrations, as they are named; `database` where it is known, for templates. */
export function sourceOf(
  options: SourceOptions,
  database?: TargetDatabase,
): () => Promise<MigrationSet> {
  const { dir, migrations, cwd = process.cwd(), format, placeholders } = options;
  refuseBoth(options);
  return async () =>
    migrations
      ? nativeSet(migrationsFromData(migrations))
      : readSource([dir ?? "migrations"].flat(), {
          cwd,
          env: process.env,
          ...(format !== undefined && { format }),
          ...(placeholders && { placeholders }),
          ...(database && { database }),
        });
}

export async function runnerOptions(options: CommonOptions): Promise<RunnerOptions> {
  const { onEvent, signal } = options;
  refuseBoth(options);
  const given = SETTINGS.filter((key) => options[key] !== undefined);
  const overrides = Object.fromEntries(given.map((key) => [key, options[key]]));
  const target = await targetOf(options.connection);
  const database = targetDatabase(target);
  return {
    target,
    source: sourceOf(options, database),
    settings: { ...DEFAULT_SETTINGS, ...overrides },
    ...(onEvent && { onEvent }),
    ...(signal && { signal }),
  };
}

/** Before anything else: an address that is wrong would hide it. */
function refuseBoth({ dir, migrations }: SourceOptions): void {
  if (dir === undefined || migrations === undefined) return;
  throw new Failure({
    class: "config.invalid",
    what: "`dir` and `migrations` are both given, and each names the migrations.",
    state: "Nothing was changed.",
    action: "Give one of them.",
  });
}
