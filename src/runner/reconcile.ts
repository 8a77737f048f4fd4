/**
 * Files on one side, history on the other: what is pending, and what is wrong. Pure.
 *
 * R1. A database may be ahead of the files (an old image starts while the new one is rolled out):
 *     rows above the highest version on disk are no problem.
 * R2. A row between the files whose file is gone, an edited file, and a file below the highest
 *     applied version are problems, at deploy as in development.
 * R3. A contract migration waits for old code to go while others are applied: that those have higher
 *     versions is no problem.
 */
import { Failure, type FailureInit } from "../failures/failure.ts";
import { idOfRow, type History, type HistoryRow } from "../history/read.ts";
import { withBaselineScripts } from "../migrations/baseline-scripts.ts";
import type { Migration, MigrationSet, Version } from "../migrations/migration.ts";
import { phaseOf } from "../migrations/phase.ts";
import { compareVersions } from "../migrations/version.ts";
import type { RunnerSettings } from "./options.ts";
import type { Problem, ProblemKind } from "./results.ts";

export interface OrderPolicy {
  readonly outOfOrder: "refuse" | "allow";
  readonly order?: MigrationSet["order"];
}

/** The configuration's word, or else the format's. */
export function policyOf(
  { outOfOrder }: Pick<RunnerSettings, "outOfOrder">,
  set: MigrationSet,
): OrderPolicy {
  return { outOfOrder: outOfOrder ?? set.outOfOrder, order: set.order };
}

export type CompareVersions = (a: Version, b: Version) => number;

export interface Reconciliation {
  /** Versioned first, by version; then repeatables, by name (their order by need comes later). */
  readonly pending: readonly Migration[];
  /** Repeatables among `pending` that were applied before with another content. */
  readonly changed: ReadonlySet<Migration>;
  readonly problems: readonly Problem[];
  /** Versions in the history above every file. */
  readonly ahead: readonly HistoryRow[];
  /** All applied versions that have no file, ahead or missing, lowest first. */
  readonly withoutFile: readonly HistoryRow[];
  /** The highest applied version. */
  readonly current: string | null;
  /** What comes after what; knows every version of the files and of the history. */
  readonly compare: CompareVersions;
  /** The applied migrations that have a file, lowest first. */
  readonly applied: readonly { readonly migration: Migration; readonly row: HistoryRow }[];
}

export function reconcile(
  files: readonly Migration[],
  history: History,
  policy: OrderPolicy,
): Reconciliation {
  const compare = policy.order === "list" ? compareByList(files, history) : compareVersions;
  const migrations = withBaselineScripts(files, history.rows, compare);
  /** Anything is above nothing. */
  const isAbove = (version: Version, other: Version | null): boolean =>
    other === null || compare(version, other) > 0;
  const byVersion = new Map<string, HistoryRow>();
  const repeatables = new Map<string, HistoryRow>();
  let baseline: Version | null = null;
  let highest: Version | null = null;
  for (const row of history.rows) {
    if (row.version === null) {
      repeatables.set(row.name, row);
      continue;
    }
    const version = versionOf(row);
    byVersion.set(version, row);
    if (row.kind === "baseline" && isAbove(version, baseline)) baseline = version;
    if (isAbove(version, highest)) highest = version;
  }

  const pending: Migration[] = [];
  const pendingRepeatables: Migration[] = [];
  const changed = new Set<Migration>();
  const problems: Problem[] = [];
  const applied: { migration: Migration; row: HistoryRow }[] = [];
  const onDisk = new Set<string>();
  let highestOnDisk: Version | null = null;

  for (const migration of migrations) {
    if (migration.version === undefined) {
      const row = repeatables.get(migration.name);
      if (row?.checksum === migration.up.checksum) continue;
      pendingRepeatables.push(migration);
      if (row) changed.add(migration);
      continue;
    }
    const { version } = migration;
    onDisk.add(version);
    if (isAbove(version, highestOnDisk)) highestOnDisk = version;
    const row = byVersion.get(version);
    if (row && row.kind !== "baseline") {
      applied.push({ migration, row });
      if (row.checksum !== null && row.checksum !== migration.up.checksum) {
        problems.push(edited(migration, row));
      }
      continue;
    }
    if (row || (baseline !== null && !isAbove(version, baseline))) continue;
    if (highest !== null && isAbove(highest, version) && policy.outOfOrder === "refuse") {
      const waits = phaseOf(migration).phase === "contract";
      if (!waits) problems.push(outOfOrder(migration, highest));
    }
    pending.push(migration);
  }

  const ahead: HistoryRow[] = [];
  const withoutFile = [...byVersion.values()]
    .filter((row) => row.kind !== "baseline" && !onDisk.has(row.version!))
    .toSorted((left, right) => compare(versionOf(left), versionOf(right)));
  for (const row of withoutFile) {
    if (isAbove(versionOf(row), highestOnDisk)) ahead.push(row);
    else if (!isKnownMissing(row)) problems.push(missing(row));
  }

  return {
    pending: [...pending, ...pendingRepeatables],
    changed,
    problems,
    ahead,
    withoutFile,
    current: highest,
    compare,
    applied,
  };
}

/**
 * For folders where only the list says what comes after what. A row without a file comes after all
 * files when it was applied after all rows that have one, and before all of them otherwise.
 */
function compareByList(migrations: readonly Migration[], history: History): CompareVersions {
  const places = new Map<string, number>();
  for (const [index, { version }] of migrations.entries()) {
    if (version !== undefined) places.set(version, index);
  }
  const lastWithFile = history.rows.findLastIndex(
    ({ version }) => version !== null && places.has(version),
  );
  for (const [index, { version }] of history.rows.entries()) {
    if (version === null || places.has(version)) continue;
    places.set(
      version,
      index > lastWithFile ? migrations.length + index : index - history.rows.length,
    );
  }
  return (a, b) => (places.get(a) ?? -Infinity) - (places.get(b) ?? -Infinity) || 0;
}

function versionOf(row: HistoryRow): Version {
  return row.version as Version;
}

/** Its file was gone already when the history was taken over, or nobody ever said that it is here. */
function isKnownMissing({ origin, checksum }: HistoryRow): boolean {
  return origin === "baseline" || (origin !== "native" && checksum === null);
}

/** The problems that stop `up`: all but what recovery settles by itself. */
export function refuseProblems(problems: readonly Problem[]): void {
  const [first, ...rest] = problems;
  if (first === undefined) return;
  throw new Failure({
    class: first.failure.class,
    what: first.message,
    action: first.action,
    migration: first.migration,
    notes: rest.map((problem) => problem.message),
  });
}

/** A problem and the Failure that it is where it stops a run. */
export function problem(
  kind: ProblemKind,
  init: FailureInit & { action: string; migration: string },
): Problem {
  return {
    kind,
    migration: init.migration,
    message: init.what,
    action: init.action,
    failure: new Failure(init).toJSON(),
  };
}

function edited(migration: Migration, row: HistoryRow): Problem {
  return problem("edited", {
    class: "history.checksum",
    migration: migration.id,
    what: `\`${migration.up.path}\` was changed after it was applied (recorded ${short(row.checksum)}, now ${short(migration.up.checksum)}).`,
    action: `Restore the file and write a new migration; or, when the change is harmless, run \`lockstep repair ${migration.version}\`.`,
  });
}

function missing(row: HistoryRow): Problem {
  const id = idOfRow(row);
  return problem("missing", {
    class: "history.missing",
    migration: id,
    what: `\`${id}\` is applied in the database, but its file is not in the folder.`,
    action: "Restore the file from version control.",
  });
}

function outOfOrder(migration: Migration, highest: string): Problem {
  return problem("out-of-order", {
    class: "history.order",
    migration: migration.id,
    what: `\`${migration.up.path}\` is older than version ${highest}, which is applied already.`,
    action: "Give it a newer version, or run with `--out-of-order allow`.",
  });
}

function short(checksum: string | null): string {
  return checksum === null ? "none" : checksum.slice(0, 12);
}
