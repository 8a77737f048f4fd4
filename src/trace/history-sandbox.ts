/**
 * A throw-away server that has the history: as the target is before what is pending. What was
 * replayed is kept as a snapshot, so that the next trace begins where this one does.
 */
import type { Migration, MigrationSet } from "../migrations/migration.ts";
import { runSql } from "../postgres/admin.ts";
import type { RunnerSettings } from "../runner/options.ts";
import { Preparer } from "../runner/prepare.ts";
import { findBinaries, type PostgresMajor } from "../sandbox/binaries.ts";
import { createDatabaseSql } from "../sandbox/create-database.ts";
import { type SandboxServer, startServer } from "../sandbox/server.ts";
import { findSnapshot, saveSnapshot } from "../sandbox/snapshot.ts";
import { historyKeys } from "./history-keys.ts";
import { noGaps, replay, type Gaps } from "./replay.ts";

export interface HistoryOptions {
  readonly major: PostgresMajor;
  readonly history: readonly Migration[];
  readonly set: MigrationSet;
  readonly settings: RunnerSettings;
  /** As the target's is called: migrations name it. */
  readonly database: string;
  /** Where the search for binaries begins. */
  readonly from: string;
  readonly cache: boolean;
  readonly processExitsSoon?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface HistorySandbox extends AsyncDisposable {
  readonly server: SandboxServer;
  readonly url: string;
  readonly preparer: Preparer;
  /** How many migrations came from a snapshot. */
  readonly cached: number;
  readonly gaps: Gaps;
  /** Runs more of the set with the runner. */
  replayAlso(migrations: readonly Migration[]): Promise<void>;
}

/** Nothing but the trace works on it: no autovacuum that takes locks, and nothing that lasts. */
const SETTINGS = {
  autovacuum: "off",
  synchronous_commit: "off",
  max_locks_per_transaction: "512",
  track_counts: "on",
  shared_buffers: "64MB",
};

export async function startHistorySandbox(options: HistoryOptions): Promise<HistorySandbox> {
  const { history, set, settings, database, from, cache, signal } = options;
  const { major, packageVersion } = findBinaries(options.major, from);
  const { placeholders } = settings;
  const preparer = new Preparer({
    serverVersion: major * 10_000,
    processExitsSoon: options.processExitsSoon,
    ...(placeholders && { placeholders }),
  });
  const context = { packageVersion, database, format: set.format, settings };
  const keys = await historyKeys(history, context, preparer);
  const found = cache ? await findSnapshot(keys.toReversed()) : undefined;
  const note = found?.note as Note | undefined;
  const start = (snapshot?: string): Promise<SandboxServer> =>
    startServer({ version: major, from, settings: SETTINGS, ...(snapshot && { snapshot }) });
  let cached = note?.migrations ?? 0;
  // Somebody may have removed the snapshot while it was being copied.
  let server = await start(found?.path).catch((error: unknown) => {
    if (found === undefined) throw error;
    cached = 0;
    return start();
  });
  const gaps = cached > 0 && note ? note.gaps : noGaps();
  const replayed = (migrations: readonly Migration[]): Promise<void> =>
    replay(migrations, gaps, { url: server.url(database), set, settings, preparer, signal });
  try {
    // Every server has that one.
    if (cached === 0 && database !== "postgres") {
      await runSql(server.url(), createDatabaseSql(database, "template1", server.version));
    }
    if (cached < history.length) {
      await replayed(history);
      if (cache) {
        await server.stop();
        await saveSnapshot(keys.at(-1)!, server.dataDir, {
          migrations: history.length,
          gaps,
        } satisfies Note);
        await server.start();
      }
    }
  } catch (error) {
    await server.close();
    throw error;
  }
  return {
    server,
    url: server.url(database),
    preparer,
    cached,
    gaps,
    replayAlso: async (migrations) => replayed(migrations),
    // The end of the process ends the server, and its watchdog removes the data (I1 of server.ts):
    // a command need not wait for a thousand files to be deleted.
    [Symbol.asyncDispose]: () =>
      options.processExitsSoon === true ? Promise.resolve() : server.close(),
  };
}

interface Note {
  readonly migrations: number;
  readonly gaps: Gaps;
}
