/**
 * `lockstep resolve <version>`: a person has looked at the database and says what became of a step
 * that was started and never finished. It changes the journal and nothing else.
 *
 * applied – the step counts as done; when it was the last one, the next `up` only records the file.
 * not-applied – the step is forgotten, so that the next `up` runs it.
 */
import { Failure } from "../failures/failure.ts";
import type { History, JournalRow } from "../history/read.ts";
import { journalDone, journalForget } from "../history/write.ts";
import type { Migration, MigrationSet, Version } from "../migrations/migration.ts";
import { parseVersion } from "../migrations/version.ts";
import { givenVersion } from "./given-version.ts";
import { changeHistory, type Change } from "./change-history.ts";
import { hasProbe, versionOf } from "./journal-problems.ts";
import type { Reason, RunnerOptions } from "./options.ts";
import { policyOf, reconcile } from "./reconcile.ts";
import { createContext, type RunContext } from "./run-context.ts";

export type ResolveOutcome = "applied" | "not-applied";

export interface ResolveResult {
  readonly id: string;
  readonly outcome: ResolveOutcome;
}

export async function resolve(
  options: RunnerOptions,
  version: string,
  outcome: ResolveOutcome,
  reason: Reason,
): Promise<ResolveResult> {
  const ctx = createContext("resolve", options);
  const set = await options.source();
  const target = givenVersion(version, set);
  let settled: JournalRow | undefined;
  return changeHistory<ResolveResult>(ctx, {
    action: "resolve",
    reason,
    fingerprint: false,
    decide(history) {
      settled = openStep(target, set.migrations, history);
      return changeOf(ctx, settled, outcome, set, history);
    },
    onDone: () => explain(ctx, settled!, outcome),
  });
}

function changeOf(
  ctx: RunContext,
  row: JournalRow,
  outcome: ResolveOutcome,
  set: MigrationSet,
  history: History,
): Change<ResolveResult> {
  const { migration, kind, statementChecksum: checksum, ordinal, direction } = row;
  const item =
    outcome === "applied"
      ? journalDone(ctx.names, row, { kind, checksum, runId: ctx.runId })
      : journalForget(ctx.names, row);
  const { pending } = reconcile(set.migrations, history, policyOf(ctx.settings, set));
  return {
    writes: [
      {
        item,
        tag: outcome === "applied" ? "INSERT 0 1" : "DELETE 1",
        migration,
        detail: { outcome, ordinal, direction, kind },
      },
    ],
    applied: [],
    remaining: pending.length,
    result: { id: migration, outcome },
  };
}

/** Throws when there is nothing to settle, and says what the state is instead. */
function openStep(
  version: Version,
  migrations: readonly Migration[],
  history: History,
): JournalRow {
  const id = migrations.find((one) => one.version === version)?.id;
  // By version and not only by file: the file may have been renamed or deleted since.
  const rows = history.journal.filter(
    (row) => row.migration === id || parseVersion(versionOf(row)) === version,
  );
  const open = rows.find((row) => row.state === "started");
  if (open && open.kind !== "batch") return open;
  const named = id === undefined ? `Version ${version}` : `\`${id}\``;
  const begun = rows[0];
  if (begun) {
    throw nothingToSettle(
      open
        ? `${named} was interrupted in a batched loop, which goes on from its last committed cursor by itself.`
        : `${named} was interrupted between two steps; every step that was started is done.`,
      `Run \`lockstep ${begun.direction}\`; it goes on by itself.`,
    );
  }
  const isApplied = history.rows.some((row) => row.version === version);
  if (isApplied) {
    throw nothingToSettle(`${named} is applied as a whole; no step of it is open.`);
  }
  throw nothingToSettle(
    id === undefined
      ? `${named} is neither in the history nor in the folder.`
      : `${named} is pending; no step of it was ever started, or all of it was rolled back.`,
  );
}

function nothingToSettle(
  what: string,
  action = "Look at `lockstep status`, which lists the steps that are open.",
): Failure {
  return new Failure({
    class: "usage",
    what,
    state: "Nothing was changed.",
    action,
    exit: "invalid",
  });
}

/** Settling a step applies nothing: people expect the migration to be applied now, and it is not. */
function explain(ctx: RunContext, row: JournalRow, outcome: ResolveOutcome): void {
  const { migration, direction, ordinal } = row;
  const next = `lockstep ${direction}`;
  const message =
    outcome === "applied"
      ? `Step ${ordinal} of \`${migration}\` counts as done. The next \`${next}\` goes on behind it, and records the migration when nothing is left to do.`
      : `Step ${ordinal} of \`${migration}\` counts as never started. The next \`${next}\` runs it.`;
  ctx.warn("resolve", message, migration);
  if (outcome === "applied" && hasProbe(row)) {
    ctx.warn(
      "resolve",
      `\`${next}\` could have found out by itself what became of this step (${row.kind}); now it does not look any more.`,
      migration,
    );
  }
}
