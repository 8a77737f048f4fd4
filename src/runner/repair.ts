/**
 * `lockstep repair`: accepts that a file was edited after it was applied. It changes recorded
 * checksums and nothing else; the schema stays as it is.
 */
import { Failure } from "../failures/failure.ts";
import type { History } from "../history/read.ts";
import { updateChecksum } from "../history/write.ts";
import type { Migration, MigrationSet, Version } from "../migrations/migration.ts";
import { givenVersion } from "./given-version.ts";
import { changeHistory, type Change } from "./change-history.ts";
import type { Reason, RunnerOptions } from "./options.ts";
import { readOnly } from "./read-only.ts";
import { policyOf, reconcile } from "./reconcile.ts";
import { createContext, type RunContext } from "./run-context.ts";

export interface RepairResult {
  readonly repaired: readonly Repaired[];
}

/** Whole checksums: what was recorded, and what the file has. */
export interface Repaired {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** What `repair` without versions would accept. Writes nothing. */
export async function planRepair(options: RunnerOptions): Promise<RepairResult> {
  const ctx = createContext("repair", options);
  const set = await options.source();
  return readOnly(ctx, "repeatable read", ({ history }) =>
    Promise.resolve({ repaired: edited(ctx, set, history).map(withoutVersion) }),
  );
}

/** `versions` null: every edited file. A version that is not edited is refused. */
export async function repair(
  options: RunnerOptions,
  versions: readonly string[] | null,
  reason: Reason,
): Promise<RepairResult> {
  const ctx = createContext("repair", options);
  const set = await options.source();
  const wanted = versions?.map((version) => givenVersion(version, set)) ?? null;
  return changeHistory<RepairResult>(ctx, {
    action: "repair",
    reason,
    // What somebody did to the schema by hand is not accepted along with a checksum.
    fingerprint: false,
    decide: (history) => decide(ctx, wanted, set, history),
  });
}

type Edited = Repaired & { readonly version: Version };

function decide(
  ctx: RunContext,
  wanted: readonly Version[] | null,
  set: MigrationSet,
  history: History,
): Change<RepairResult> {
  const all = edited(ctx, set, history);
  for (const version of wanted ?? []) {
    if (!all.some((one) => one.version === version)) {
      throw notEdited(version, set.migrations, history);
    }
  }
  const chosen = wanted === null ? all : all.filter(({ version }) => wanted.includes(version));
  const { pending } = reconcile(set.migrations, history, policyOf(ctx.settings, set));
  return {
    writes: chosen.map(({ id, version, from, to }) => ({
      item: updateChecksum(ctx.names, version, { from, to }),
      tag: "UPDATE 1",
      migration: id,
      detail: { from, to },
    })),
    applied: [],
    remaining: pending.length,
    result: { repaired: chosen.map(withoutVersion) },
  };
}

function edited(ctx: RunContext, set: MigrationSet, history: History): Edited[] {
  const { applied } = reconcile(set.migrations, history, policyOf(ctx.settings, set));
  return applied.flatMap(({ migration, row }) => {
    const { checksum: from } = row;
    const { checksum: to } = migration.up;
    // An adopted row may have no checksum; then nothing is known to be edited.
    if (from === null || from === to) return [];
    return [{ id: migration.id, version: migration.version!, from, to }];
  });
}

function withoutVersion({ id, from, to }: Edited): Repaired {
  return { id, from, to };
}

function notEdited(version: Version, migrations: readonly Migration[], history: History): Failure {
  const migration = migrations.find((one) => one.version === version);
  const row = history.rows.find((one) => one.version === version);
  const what =
    row === undefined
      ? `Version ${version} is not applied, so there is no checksum to accept.`
      : migration === undefined
        ? `Version ${version} is applied, but its file is not in the folder.`
        : `\`${migration.id}\` is not edited: the recorded checksum is the file's.`;
  return new Failure({
    class: "usage",
    what,
    state: "Nothing was changed.",
    action:
      "Name the edited versions, or none to accept all of them; `lockstep verify` lists them.",
  });
}
