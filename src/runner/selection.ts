/**
 * Which migrations a run takes: decided by its first look at the history, so that `--count 2`
 * means the same two after a restart. Pure.
 */
import { Failure } from "../failures/failure.ts";
import { idOfRow, type HistoryRow } from "../history/read.ts";
import type { Migration, MigrationSet, Version } from "../migrations/migration.ts";
import { phaseOf } from "../migrations/phase.ts";
import { givenVersion } from "./given-version.ts";
import type { Selection } from "./options.ts";
import type { Reconciliation } from "./reconcile.ts";

export interface Selected {
  /** The selected migrations that the history does not show as done yet, in order. */
  remaining(reconciliation: Reconciliation): readonly Migration[];
  /** The id of the selected migration that a history row belongs to. */
  idOf(row: HistoryRow): string | undefined;
}

export function select(
  direction: "up" | "down",
  set: MigrationSet,
  reconciliation: Reconciliation,
  selection: Selection,
): Selected {
  const { migrations } = set;
  const target = selection.to === undefined ? undefined : givenVersion(selection.to, set);
  if (target !== undefined && target !== "0" && !migrations.some((m) => m.version === target)) {
    throw new Failure({
      class: "usage",
      what: `No migration has version ${target}.`,
      action: "Give the version of a file in the folder; `lockstep status` lists them.",
    });
  }
  const chosen =
    direction === "up"
      ? chooseUp(reconciliation, selection, target)
      : chooseDown(reconciliation, selection, target);
  const taken = new Set(chosen);
  const ids = new Map<string, string>();
  for (const migration of chosen)
    ids.set(keyOf(migration.version ?? null, migration.name), migration.id);
  return {
    remaining(now) {
      if (direction === "up") return now.pending.filter((migration) => taken.has(migration));
      const still = new Set(now.applied.map(({ migration }) => migration));
      return chosen.filter((migration) => still.has(migration));
    },
    idOf: (row) => ids.get(keyOf(row.version, row.name)),
  };
}

function chooseUp(
  reconciliation: Reconciliation,
  selection: Selection,
  target: Version | undefined,
): readonly Migration[] {
  const { phase } = selection;
  const pending =
    phase === undefined
      ? reconciliation.pending
      : reconciliation.pending.filter(
          (m) => (phaseOf(m).phase === "contract") === (phase === "contract"),
        );
  const versioned = pending.filter((m) => m.version !== undefined);
  if (target !== undefined) {
    return versioned.filter((m) => reconciliation.compare(m.version!, target) <= 0);
  }
  if (selection.count !== undefined) return versioned.slice(0, selection.count);
  return pending;
}

/**
 * Newest first. Without a limit one migration is reverted: `down` must never mean "everything". An
 * applied version without a file counts too: to revert the one below it would be the wrong one.
 */
function chooseDown(
  reconciliation: Reconciliation,
  selection: Selection,
  target: Version | undefined,
): readonly Migration[] {
  const { applied, withoutFile, compare } = reconciliation;
  const newestFirst: { version: Version; migration?: Migration; row: HistoryRow }[] = [
    ...applied.map(({ migration, row }) => ({ version: migration.version!, migration, row })),
    ...withoutFile.map((row) => ({ version: row.version as Version, row })),
  ].toSorted((left, right) => compare(right.version, left.version));
  const chosen =
    target === undefined
      ? newestFirst.slice(0, selection.count ?? 1)
      : newestFirst.filter(({ version }) => compare(version, target) > 0);
  return chosen.map(({ migration, row }) => {
    if (migration) return migration;
    const id = idOfRow(row);
    throw new Failure({
      class: "file.no_down",
      migration: id,
      what: `\`${id}\` is applied in the database, but its file is not in the folder, so it cannot be reverted.`,
      action: "Run this from the version of the project that has the file.",
    });
  });
}

function keyOf(version: string | null, name: string): string {
  return version === null ? `R__${name}` : version;
}
