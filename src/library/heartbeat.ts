/** `heartbeat` as a function: how the application says which code runs. */
import { Failure } from "../failures/failure.ts";
import { beat, DEFAULT_INTERVAL_MS, tell, type Heartbeat, type Send } from "../gate/heartbeat.ts";
import { Session } from "../postgres/session.ts";
import { DEFAULT_SETTINGS } from "../runner/options.ts";
import { isPool, targetOf, type Connection, type PgClient, type PgPool } from "./connection.ts";
import { sourceOf, type SourceOptions } from "./options.ts";

/** The part of a `pg.Pool` that a heartbeat uses. */
export interface QueryPool extends PgPool {
  query(text: string, values: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

export interface HeartbeatOptions extends SourceOptions {
  /**
   * What people call this build, for messages; by default the first of LOCKSTEP_RELEASE, the commit
   * that CI names, and the version in package.json when npm started the process.
   */
  readonly release?: string;
  /** Between two beats, in milliseconds; default 15000. It expires after four of them. */
  readonly intervalMs?: number;
  /** Told once of what keeps it from beating; nothing is ever thrown. */
  readonly onError?: (failure: Failure) => void;
  readonly historySchema?: string;
  readonly historyPrefix?: string;
}

/**
 * Says which migrations this instance of the application ships, for as long as it runs. A Pool is
 * used as it is; of a Client, which may be in a transaction, only the settings are, for a short
 * connection with each beat. Never throws.
 */
export async function heartbeat(
  connection: QueryPool | PgClient | string | undefined,
  options: HeartbeatOptions = {},
): Promise<Heartbeat> {
  const { intervalMs = DEFAULT_INTERVAL_MS, onError = () => undefined } = options;
  const historySchema = options.historySchema ?? DEFAULT_SETTINGS.historySchema;
  const historyPrefix = options.historyPrefix ?? DEFAULT_SETTINGS.historyPrefix;
  return beat({
    send: isPool<QueryPool>(connection) ? byPool(connection) : byOwnSession(connection),
    historySchema,
    historyPrefix,
    release: options.release ?? releaseOf(process.env),
    ships: await shippedVersions(options, onError),
    intervalMs: Math.max(100, intervalMs),
    onError,
  });
}

function byPool(pool: QueryPool): Send {
  return async (text, values) => (await pool.query(text, [...values])).rows;
}

function byOwnSession(connection: Connection | undefined): Send {
  return async (text, values) => {
    const session = await Session.open(await targetOf(connection), {
      applicationName: "lockstep heartbeat",
    });
    try {
      return await session.query(text, values);
    } finally {
      await session.close();
    }
  };
}

/** Null when the folder cannot be read: who does not know what it ships counts as old. */
async function shippedVersions(
  options: SourceOptions,
  onError: (failure: Failure) => void,
): Promise<readonly string[] | null> {
  try {
    const { migrations } = await sourceOf(options)();
    return migrations.flatMap(({ version }) => (version === undefined ? [] : [version]));
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const failure =
      error instanceof Failure
        ? error
        : new Failure({ class: "config.invalid", what: words, cause: error });
    tell(onError, failure);
    return null;
  }
}

function releaseOf(env: NodeJS.ProcessEnv): string | null {
  const names = [
    "LOCKSTEP_RELEASE",
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "GIT_COMMIT",
    "npm_package_version",
  ];
  return names.map((name) => env[name]).find(Boolean) ?? null;
}
