/** The version that a database has after a run, for the run's last event. Pure. */
import type { MigrationSet, Version } from "../migrations/migration.ts";
import type { CompareVersions, Reconciliation } from "./reconcile.ts";

/** Of the history as it was read, and what this run (`ids`) has applied or reverted since. */
export function highestApplied(
  direction: "up" | "down",
  set: MigrationSet,
  { current, applied, withoutFile, compare }: Reconciliation,
  ids: readonly string[],
): string | null {
  const done = new Set(ids);
  const ours = set.migrations.flatMap(({ id, version }) =>
    version !== undefined && done.has(id) ? [version] : [],
  );
  if (direction === "up") return highestOf([current as Version | null, ...ours], compare);
  const reverted = new Set<string>(ours);
  const before = [
    ...applied.map(({ migration }) => migration.version),
    ...withoutFile.map(({ version }) => version as Version | null),
  ];
  return highestOf(
    before.filter((version) => version && !reverted.has(version)),
    compare,
  );
}

function highestOf(
  versions: readonly (Version | null | undefined)[],
  compare: CompareVersions,
): string | null {
  let highest: Version | null = null;
  for (const version of versions) {
    if (version && (highest === null || compare(version, highest) > 0)) highest = version;
  }
  return highest;
}
