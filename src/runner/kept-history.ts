/**
 * The history of another tool that each run writes too, so that both tools agree while a team moves
 * from one to the other (`lockstep adopt --keep-theirs`).
 *
 * K1. Their row commits with ours, in the same transaction.
 * K2. Their advisory locks are held on the session that works, by try and poll. They are let go
 *     around a statement that cannot run in a transaction: their waiter would hold a snapshot, which
 *     a concurrent index build waits for while the waiter waits for us.
 * K3. A lock that is a row of a table is not held: a run that is killed would leave it locked for
 *     ever. It is only waited for.
 * K4. What their tool has applied and ours does not know stops the run: it would be applied twice.
 */
import { Failure } from "../failures/failure.ts";
import type { ForeignHistory, ForeignLock } from "../formats/history.ts";
import type { History, KeptHistory } from "../history/read.ts";
import type { Migration, MigrationSet } from "../migrations/migration.ts";
import type { BatchItem } from "../postgres/batch.ts";
import { BEGIN } from "./envelope.ts";
import type { LockedRun } from "./locked-run.ts";
import { elapsedMs, jittered } from "./run-context.ts";

export interface KeptWriter {
  /** Beside our own row, in the same transaction. */
  record(migration: Migration): readonly BatchItem[];
  forget(migration: Migration): readonly BatchItem[];
  letGo(): Promise<void>;
  /** Waits for as long as for our own lock; throws a Failure then, and for K4. */
  takeAgain(): Promise<void>;
}

export async function openKeptHistory(
  run: LockedRun,
  kept: KeptHistory,
  set: MigrationSet,
  ours: History,
): Promise<KeptWriter> {
  const { formatNamed } = await import("../formats/read-foreign.ts");
  const format = formatNamed(kept.format);
  if (set.format !== kept.format || !format.history) {
    throw new Failure({
      class: "config.invalid",
      what: `The history of ${format.title} is kept up to date, but the folder is read as ${set.format}.`,
      state: "Nothing was changed.",
      action: `Give \`--format ${kept.format}\`, or end the transition with \`lockstep adopt --finish\`.`,
    });
  }
  if (run.connection === "pooled") {
    throw new Failure({
      class: "runner.pooled_refused",
      what: `The history of ${format.title} is kept up to date under its own lock, which a transaction pooler does not keep.`,
      action:
        "Give a direct URL of the database, or end the transition with `lockstep adopt --finish`.",
    });
  }
  const writer = new Writer(run, {
    title: format.title,
    history: format.history,
    kept,
    set,
    ours,
  });
  await writer.takeAgain();
  return writer;
}

interface WriterOptions {
  readonly title: string;
  readonly history: ForeignHistory;
  readonly kept: KeptHistory;
  readonly set: MigrationSet;
  readonly ours: History;
}

class Writer implements KeptWriter {
  readonly #run: LockedRun;
  readonly #options: WriterOptions;
  /** Ids that are applied, in the order of the folder for `forget`. */
  readonly #applied: Set<string>;
  #held: readonly ForeignLock[] = [];

  constructor(run: LockedRun, options: WriterOptions) {
    this.#run = run;
    this.#options = options;
    const { ours, set } = options;
    const versions = new Set(ours.rows.map(({ version }) => version));
    const names = new Set(ours.rows.flatMap(({ version, name }) => (version === null ? name : [])));
    this.#applied = new Set(
      set.migrations
        .filter(({ version, name }) =>
          version === undefined ? names.has(name) : versions.has(version),
        )
        .map(({ id }) => id),
    );
  }

  record(migration: Migration): readonly BatchItem[] {
    const { history, kept } = this.#options;
    this.#applied.add(migration.id);
    if (!migration.theirs) return [];
    const facts = { appliedAt: null, durationMs: 0, by: this.#run.user };
    return history.record(kept.table, migration, facts);
  }

  forget(migration: Migration): readonly BatchItem[] {
    const { history, kept, set } = this.#options;
    this.#applied.delete(migration.id);
    if (!migration.theirs) return [];
    const place = set.migrations.indexOf(migration);
    const before = set.migrations
      .slice(0, place)
      .findLast(({ id, kind }) => kind === "versioned" && this.#applied.has(id));
    return history.forget(kept.table, migration, before);
  }

  async letGo(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    for (const lock of held) {
      if (lock.kind === "advisory") {
        await this.#run.session.query(`select pg_catalog.pg_advisory_unlock(${lock.key})`);
      }
    }
  }

  async takeAgain(): Promise<void> {
    const { ctx, session } = this.#run;
    const { history, kept, title } = this.#options;
    const locks = await history.locks(session, kept.table);
    const since = performance.now();
    while (!(await this.#tryAll(locks))) {
      if (elapsedMs(since) > ctx.settings.lockWaitMs) {
        throw new Failure({
          class: "adopt.busy",
          what: `${title} held its own lock for the whole time; its history is kept up to date, so nothing is applied beside it.`,
        });
      }
      await ctx.pause(jittered(500));
    }
    await this.#refuseUnknown();
  }

  async #tryAll(locks: readonly ForeignLock[]): Promise<boolean> {
    for (const lock of locks) {
      const free =
        lock.kind === "advisory" ? await this.#tryAdvisory(lock) : await this.#isFree(lock);
      if (free) continue;
      await this.letGo();
      return false;
    }
    return true;
  }

  async #tryAdvisory(lock: Extract<ForeignLock, { kind: "advisory" }>): Promise<boolean> {
    const [row] = await this.#run.session.query(
      `select pg_catalog.pg_try_advisory_lock(${lock.key}) as locked`,
    );
    if (row?.["locked"] !== "t") return false;
    this.#held = [...this.#held, lock];
    return true;
  }

  /** K3: taken and let go in one transaction, which is rolled back. */
  async #isFree(lock: Extract<ForeignLock, { kind: "row" }>): Promise<boolean> {
    const { session } = this.#run;
    const results = await session.batch([BEGIN, { text: lock.take }, { text: "rollback" }]);
    return results[1]?.tag.endsWith(" 1") ?? false;
  }

  /** K4. */
  async #refuseUnknown(): Promise<void> {
    const { history, kept, set, title } = this.#options;
    const read = await history.read(this.#run.session, kept.table);
    const rows = history.expand?.(read, set.migrations) ?? read;
    const keys = new Set(rows.filter(({ state }) => state !== "rolled-back").map(({ key }) => key));
    const unknown = set.migrations.filter(
      ({ id, kind, theirs }) =>
        kind === "versioned" &&
        theirs !== undefined &&
        keys.has(theirs.key) &&
        !this.#applied.has(id),
    );
    if (unknown.length === 0) return;
    throw new Failure({
      class: "adopt.behind",
      migration: unknown[0]!.id,
      what: `${title} has applied \`${unknown[0]!.id}\`${unknown.length > 1 ? ` and ${unknown.length - 1} more` : ""} since its history was adopted.`,
      notes: unknown.slice(1).map(({ id }) => id),
    });
  }
}
