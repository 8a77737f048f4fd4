/**
 * `lockstep baseline <version>`: the database is at this version already. Every file up to it is
 * recorded as applied with its checksum, and none is run. Repeatables stay pending: they can run at
 * any time, and nobody knows which text of theirs is there.
 */
import { Failure } from "../failures/failure.ts";
import { idOfRow, type History } from "../history/read.ts";
import { insertApplied, type AppliedRecord } from "../history/write.ts";
import type { Migration, MigrationSet, Version } from "../migrations/migration.ts";
import { compareVersions } from "../migrations/version.ts";
import { givenVersion } from "./given-version.ts";
import { changeHistory, type Change, type HistoryWrite } from "./change-history.ts";
import type { Reason, RunnerOptions } from "./options.ts";
import { policyOf, reconcile, type CompareVersions } from "./reconcile.ts";
import type { RunResult } from "./results.ts";
import { createContext, elapsedMs, type RunContext } from "./run-context.ts";

type Outcome = Pick<RunResult, "applied" | "remaining">;

export async function baseline(
  options: RunnerOptions,
  version: string,
  reason: Reason,
): Promise<RunResult> {
  const ctx = createContext("baseline", options);
  const set = await options.source();
  const target = givenVersion(version, set);
  warnAboveAll(ctx, target, set);
  const outcome = await changeHistory<Outcome>(ctx, {
    action: "baseline",
    reason,
    decide: (history) => decide(ctx, target, set, history),
  });
  return {
    runId: ctx.runId,
    outcome: "applied",
    ...outcome,
    durationMs: elapsedMs(ctx.startedAt),
    longestWaitMs: 0,
    warnings: ctx.warnings,
  };
}

/** Two files added later with versions in between would never run, and nobody would notice. */
function warnAboveAll(ctx: RunContext, target: Version, { migrations }: MigrationSet): void {
  const versions = migrations.flatMap(({ version }) => version ?? []);
  if (versions.includes(target)) return;
  if (versions.length === 0 || versions.some((one) => compareVersions(one, target) >= 0)) return;
  ctx.warn(
    "baseline",
    `Version ${target} is above every file: a file that is added later with a lower version is never applied.`,
  );
}

function decide(
  ctx: RunContext,
  target: Version,
  set: MigrationSet,
  history: History,
): Change<Outcome> {
  const { migrations } = set;
  const { pending, compare } = reconcile(migrations, history, policyOf(ctx.settings, set));
  refuseApplied(target, migrations, history, compare);
  const recorded = new Set(history.rows.map((row) => row.version));
  const upTo = migrations.filter(
    ({ version }) => version !== undefined && compare(version, target) <= 0,
  );
  refuseBegun(upTo, history);
  const write = (
    row: Pick<AppliedRecord, "kind" | "version" | "name" | "checksum">,
    id: string,
  ): HistoryWrite => ({
    item: insertApplied(ctx.names, {
      ...row,
      runId: ctx.runId,
      toolVersion: ctx.toolVersion,
      origin: "baseline",
      durationMs: 0,
    }),
    tag: "INSERT 0 1",
    migration: id,
    detail: { baseline: target, checksum: row.checksum },
  });
  const writes = upTo
    .filter(({ version }) => !recorded.has(version!))
    .map(({ version, name, id, up }) =>
      write({ kind: "versioned", version: version!, name, checksum: up.checksum }, id),
    );
  if (!upTo.some(({ version }) => version === target)) {
    const row = { kind: "baseline", version: target, name: "baseline", checksum: null } as const;
    writes.push(write(row, `${target}_baseline`));
  }
  const applied = writes.map(({ migration }) => migration);
  const ids = new Set(applied);
  const remaining = pending.filter(({ id, version }) => {
    const isBelow = version !== undefined && compare(version, target) <= 0;
    return !ids.has(id) && !isBelow;
  }).length;
  return { writes, applied, remaining, result: { applied, remaining } };
}

function refuseApplied(
  target: Version,
  migrations: readonly Migration[],
  history: History,
  compare: CompareVersions,
): void {
  const rows = history.rows.filter((row) => row.version !== null);
  const above = rows.filter((row) => compare(row.version as Version, target) >= 0);
  if (above.length > 0) {
    const names = above.map((row) => `\`${idOfRow(row)}\``);
    throw refused(
      `${names[0]} is applied already, so version ${target} cannot be the baseline of this database.`,
      "Look at `lockstep status`; a baseline is for a database whose schema came about without Lockstep.",
      names.length > 1 ? [`Applied at or above ${target}: ${names.join(", ")}.`] : [],
    );
  }
  const onDisk = new Set<string | undefined>(migrations.map(({ version }) => version));
  const unknown = rows.find((row) => row.kind === "versioned" && !onDisk.has(row.version!));
  if (unknown) {
    throw refused(
      `\`${idOfRow(unknown)}\` is applied, but its file is not in the folder, so this may be the history of another project.`,
      "Restore the file, or check that `--dir` and `--history-schema` are the right ones.",
    );
  }
}

/** Recording it as applied would hide what an interrupted run left behind. */
function refuseBegun(upTo: readonly Migration[], history: History): void {
  const begun = upTo.find(({ id }) => history.journal.some((row) => row.migration === id));
  if (begun === undefined) return;
  throw refused(
    `\`${begun.id}\` was begun and not finished, so it cannot be recorded as applied.`,
    "Run `lockstep up`, which recovers it, or settle it with `lockstep resolve`.",
  );
}

function refused(what: string, action: string, notes: readonly string[] = []): Failure {
  return new Failure({
    class: "usage",
    what,
    state: "Nothing was changed.",
    action,
    notes,
    exit: "invalid",
  });
}
