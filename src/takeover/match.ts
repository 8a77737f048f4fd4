/**
 * The rows of another tool's history on one side, its files on the other: what is applied, pending,
 * edited, missing. Pure.
 */
import type { ForeignHistory, ForeignRow } from "../formats/history.ts";
import { withBaselineScripts } from "../migrations/baseline-scripts.ts";
import type { Migration, MigrationSet, Version } from "../migrations/migration.ts";
import { compareVersions } from "../migrations/version.ts";

export type AdoptState =
  | "applied"
  /** Applied, and the file has another content than the one that was applied. */
  | "edited"
  /** Applied, and its file is not in the folder. */
  | "missing"
  /** Begun and not finished, or marked as failed. */
  | "failed"
  | "pending"
  /** Pending, although the other tool says that everything is applied. */
  | "skipped"
  /** Applied more than once. */
  | "twice";

export interface AdoptEntry {
  /** The id of the migration; of a row without a file what the row calls it. */
  readonly id: string;
  readonly state: AdoptState;
  readonly file: string | null;
  /** ISO 8601. */
  readonly appliedAt: string | null;
  /** What the state alone does not say. */
  readonly message?: string;
}

/** A row that is to be adopted. */
export interface Adoptable {
  readonly row: ForeignRow;
  /** Undefined: its file is not in the folder. */
  readonly migration?: Migration;
  readonly edited: boolean;
}

export interface Match {
  /** In the order of the files; rows without a file behind them. */
  readonly entries: readonly AdoptEntry[];
  /** In the order in which the other tool applied them. */
  readonly adoptable: readonly Adoptable[];
}

export function matchHistory(
  set: MigrationSet,
  history: ForeignHistory,
  read: readonly ForeignRow[],
): Match {
  const { migrations } = set;
  const rows = latestByKey(history.expand?.(read, migrations) ?? read);
  const findings = new Map(
    (history.inspect?.(read, migrations) ?? []).map((finding) => [finding.key, finding]),
  );
  const adoptable: Adoptable[] = [];
  const byKey = new Map<string, Migration>();
  for (const migration of migrations) {
    if (migration.theirs) byKey.set(migration.theirs.key, migration);
  }
  for (const row of rows.values()) {
    if (row.state !== "applied") continue;
    const migration = byKey.get(row.key);
    adoptable.push({ row, ...(migration && { migration }), edited: isEdited(row, migration) });
  }
  const entries = inForce(set, adoptable).map((migration): AdoptEntry => {
    const key = migration.theirs?.key ?? "";
    const row = rows.get(key);
    const finding = findings.get(key);
    const state = finding
      ? finding.kind
      : row === undefined || row.state === "rolled-back"
        ? "pending"
        : row.state === "failed"
          ? "failed"
          : isEdited(row, migration)
            ? "edited"
            : "applied";
    const message = finding?.message ?? (state === "failed" ? row?.note : undefined);
    return {
      id: migration.id,
      state,
      file: migration.up.path,
      appliedAt: state === "pending" || state === "skipped" ? null : (row?.appliedAt ?? null),
      ...(message !== undefined && { message }),
    };
  });
  const without = [...rows.values()].filter(
    ({ key, state }) => !byKey.has(key) && state !== "rolled-back",
  );
  return {
    entries: [...entries, ...without.map(withoutFile)],
    adoptable,
  };
}

/** Without the scripts, and the versions below them, that `up` would pass over in this database. */
function inForce(
  { migrations, order }: MigrationSet,
  adoptable: readonly Adoptable[],
): readonly Migration[] {
  const place = new Map(migrations.map(({ version }, index) => [version, index]));
  const byList = (a: Version, b: Version): number => (place.get(a) ?? -1) - (place.get(b) ?? -1);
  const rows = adoptable.map(({ migration }) => ({ version: migration?.version ?? null }));
  return withBaselineScripts(migrations, rows, order === "list" ? byList : compareVersions);
}

function withoutFile(row: ForeignRow): AdoptEntry {
  const { label, key, note, appliedAt } = row;
  return {
    id: label ? [label.version, label.name].filter(Boolean).join("_") : (note ?? key),
    state: row.state === "failed" ? "failed" : "missing",
    file: null,
    appliedAt,
    ...(row.state === "failed" && note !== undefined && { message: note }),
  };
}

/** A later row says what holds, but a migration that was rolled back once and then applied is applied. */
function latestByKey(rows: readonly ForeignRow[]): ReadonlyMap<string, ForeignRow> {
  const latest = new Map<string, ForeignRow>();
  for (const row of rows) {
    const before = latest.get(row.key);
    if (before && before.state === "applied" && row.state === "rolled-back") continue;
    latest.set(row.key, row);
  }
  return latest;
}

/** Null on either side: the tool keeps no checksum, so nobody knows of an edit. */
function isEdited({ checksum }: ForeignRow, migration: Migration | undefined): boolean {
  const known = migration?.theirs?.checksums?.();
  return checksum !== null && known !== undefined && !known.includes(checksum);
}
