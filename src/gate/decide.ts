/**
 * Files on one side, history on the other: may this build start? Pure.
 *
 * D1. A database that is ahead is fine: during a roll-out old pods start beside new ones. Only what
 *     took something away that this build still uses (`needs_code`) makes it too old.
 * D2. Nobody waits for a contract migration: it waits itself until the old code is gone, which the
 *     new pods behind the gate have to replace first.
 * D3. What counts is what this build ships: the half-done work of a later release stops nobody.
 */
import type { History } from "../history/read.ts";
import type { Migration, MigrationSet, Version } from "../migrations/migration.ts";
import { phaseOf } from "../migrations/phase.ts";
import { givenVersion } from "../runner/given-version.ts";
import { reconcile, type Reconciliation } from "../runner/reconcile.ts";
import type { GateRules, GateState } from "./state.ts";

/** An applied contract migration, and the version that code must ship to work behind it. */
export interface AppliedContract {
  readonly version: string;
  readonly needsCode: string;
}

export type Verdict = Omit<GateState, "running" | "failed">;

export function decide(
  set: MigrationSet,
  history: History,
  contracts: readonly AppliedContract[],
  rules: GateRules,
): Verdict {
  const found = reconcile(set.migrations, history, { outOfOrder: "allow", order: set.order });
  const pending = found.pending.filter((one) => !wasApplied(one, history));
  const contract = rules.requireContract
    ? []
    : pending.filter((one) => phaseOf(one).phase === "contract");
  const missing =
    rules.require === undefined
      ? pending.filter((one) => !contract.includes(one)).map(({ id }) => id)
      : missingOf(rules.require, set, found);
  const needed = new Set(
    rules.require === undefined ? set.migrations.map(({ id }) => id) : missing,
  );
  for (const { id } of contract) needed.delete(id);
  const begun = history.journal.map(({ migration }) => migration);
  const unfinished = [...new Set(begun)].filter((id) => needed.has(id));
  const edited =
    rules.require === undefined
      ? found.problems.filter(({ kind }) => kind === "edited").map(({ migration }) => migration)
      : [];
  const ahead = found.ahead.map(({ version }) => version!);
  const tooOld = whyTooOld(set, found, contracts, rules);
  return {
    ready:
      history.exists &&
      tooOld === undefined &&
      missing.length + unfinished.length + edited.length === 0,
    ...(tooOld !== undefined && { tooOld }),
    historyExists: history.exists,
    current: found.current,
    missing,
    contract: contract.map(({ id }) => id),
    unfinished,
    edited,
    ahead,
  };
}

/**
 * A repeatable was applied when this very text was applied at any time: after a roll-back of the code
 * the database has a later text, and the older build has to start all the same.
 */
function wasApplied({ version, name, up }: Migration, history: History): boolean {
  return (
    version === undefined &&
    history.rows.some(
      (row) => row.version === null && row.name === name && row.checksum === up.checksum,
    )
  );
}

/** `--require`: the version itself, or a baseline at or above it, is what must be there. */
function missingOf(require: string, set: MigrationSet, found: Reconciliation): string[] {
  const version: Version = givenVersion(require, set);
  const { applied, withoutFile, pending, current, compare } = found;
  const there =
    applied.some(({ row }) => row.version === version) ||
    withoutFile.some((row) => row.version === version);
  if (there) return [];
  const file = set.migrations.find((one) => one.version === version);
  // A baseline covers what lies below it, which is then neither applied nor pending.
  const covered =
    file !== undefined &&
    !pending.includes(file) &&
    current !== null &&
    compare(current as Version, version) >= 0;
  return covered ? [] : [file?.id ?? version];
}

function whyTooOld(
  set: MigrationSet,
  { withoutFile, ahead }: Reconciliation,
  contracts: readonly AppliedContract[],
  { maxAhead }: GateRules,
): string | undefined {
  const ships = new Set<string>(set.migrations.flatMap(({ version }) => version ?? []));
  const unknown = new Set(withoutFile.map(({ version }) => version));
  const behind = contracts.find(
    ({ version, needsCode }) => unknown.has(version) && !ships.has(needsCode),
  );
  if (behind !== undefined) {
    return `contract migration ${behind.version} is applied, which needs code that ships version ${behind.needsCode}`;
  }
  if (maxAhead !== undefined && ahead.length > maxAhead) {
    const versions = ahead.length === 1 ? "1 version" : `${ahead.length} versions`;
    return `the database is ${versions} ahead of this build, more than ${maxAhead}`;
  }
  return undefined;
}
