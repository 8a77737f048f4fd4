/**
 * What the history of another tool is, for adopting it, keeping it up to date during a transition,
 * and going back to it.
 */
import type { Migration } from "../migrations/migration.ts";
import type { BatchItem } from "../postgres/batch.ts";
import type { TextRow } from "../postgres/session.ts";

/** Runs one statement; values are parameters, every column comes as text. */
export interface HistoryDatabase {
  query(text: string, values?: readonly (string | null)[]): Promise<TextRow[]>;
}

/** Where a tool keeps its history in this database. */
export interface ForeignTable {
  readonly schema: string;
  readonly name: string;
  /** Where a tool has several layouts: what `find` recognised, for `read` and `record`. */
  readonly layout?: string;
}

/** One row of the other tool's history, in the order in which it was written. */
export interface ForeignRow {
  /** Compared with `Migration.theirs.key`. */
  readonly key: string;
  /**
   * The version and name that a file of this row would have; missing: the row does not say. Only
   * asked for when there is no file.
   */
  readonly label?: { readonly version: string; readonly name: string };
  /** `failed`: begun and not finished, or marked dirty; nothing is adopted while there is one. */
  readonly state: "applied" | "failed" | "rolled-back";
  /** Compared with `Migration.theirs.checksums()`; null: the tool keeps none. */
  readonly checksum: string | null;
  /** ISO 8601, UTC; null: the tool does not say. */
  readonly appliedAt: string | null;
  readonly appliedBy: string | null;
  readonly durationMs: number | null;
  /** For messages, where the key alone does not say it: a file name, an error text. */
  readonly note?: string;
}

/** What only one tool gets wrong: found by `inspect`, named by `adopt`. */
export interface HistoryFinding {
  /** `skipped`: the tool says that it is up to date and never ran it. `twice`: recorded twice. */
  readonly kind: "skipped" | "twice";
  readonly key: string;
  readonly message: string;
}

export type ForeignLock =
  | {
      readonly kind: "advisory";
      /** Signed 64 bit. Taken with pg_try_advisory_lock on our own session. */
      readonly key: bigint;
    }
  | {
      readonly kind: "row";
      /** Affects or returns exactly one row when the lock was free and is now ours. */
      readonly take: string;
      readonly release: string;
    };

export interface RecordFacts {
  /** ISO 8601; null: now. */
  readonly appliedAt: string | null;
  readonly durationMs: number;
  /** The login role. */
  readonly by: string;
}

export interface ForeignHistory {
  /** How to settle a failed row with the tool itself, as a sentence. */
  readonly failedAdvice?: string;
  /** Every history of this tool in the database; other tools' tables of the same name are left out. */
  find(db: HistoryDatabase): Promise<readonly ForeignTable[]>;
  read(db: HistoryDatabase, table: ForeignTable): Promise<readonly ForeignRow[]>;
  /** Where one row stands for several migrations (only the newest version is kept): one row for each. */
  expand?(rows: readonly ForeignRow[], migrations: readonly Migration[]): readonly ForeignRow[];
  inspect?(
    rows: readonly ForeignRow[],
    migrations: readonly Migration[],
  ): readonly HistoryFinding[];
  /** What keeps the tool away while it is taken; empty: it takes no lock itself. */
  locks(db: HistoryDatabase, table: ForeignTable): Promise<readonly ForeignLock[]>;
  /**
   * What a migration would read in the tool's table, as a query over the rows of ours that are in
   * force: `version`, `name`, `checksum`, `applied_at`, `duration_ms`, `kind`, `seq`. Missing: nobody
   * reads it.
   */
  view?(rows: string): string;
  /** Where the table is when it does not exist yet. */
  readonly defaultTable: ForeignTable;
  /** The statements with which the tool creates its history, byte for byte where it matters. */
  create(table: ForeignTable): readonly string[];
  /** Writes what the tool writes when it has applied the migration. */
  record(table: ForeignTable, migration: Migration, facts: RecordFacts): readonly BatchItem[];
  /** Takes that back, for `down`; `before` is the applied migration below it. */
  forget(
    table: ForeignTable,
    migration: Migration,
    before: Migration | undefined,
  ): readonly BatchItem[];
}
