/**
 * Runs the history on the sandbox, with the runner that `up` uses. What only the target has (an
 * extension's files, a role) would end it at the first statement that needs it; so that the rest can
 * be traced, roles are made, and statements that cannot run are left out and said to be.
 */
import { serverError } from "../failures/classify.ts";
import { Failure } from "../failures/failure.ts";
import type { Migration, MigrationSet } from "../migrations/migration.ts";
import { runSql } from "../postgres/admin.ts";
import { quoteIdent } from "../postgres/identifiers.ts";
import { resolveTarget } from "../postgres/conninfo.ts";
import { Session } from "../postgres/session.ts";
import type { RunnerSettings } from "../runner/options.ts";
import type { Prepared, PreparedStatement, Preparer } from "../runner/prepare.ts";
import { missingNeeds } from "../runner/requirements.ts";
import { up } from "../runner/up.ts";
import { withoutStatements } from "./leave-out.ts";
import { lackOf, whyUntraced } from "./missing-extension.ts";
import type { LeftOut } from "./result.ts";

/** What the sandbox could not do as the target does it. Kept beside a snapshot, as JSON. */
export interface Gaps {
  readonly leftOut: LeftOut[];
  readonly extensions: string[];
  readonly roles: string[];
}

export function noGaps(): Gaps {
  return { leftOut: [], extensions: [], roles: [] };
}

export interface ReplayOptions {
  readonly url: string;
  readonly set: MigrationSet;
  readonly settings: RunnerSettings;
  readonly preparer: Preparer;
  readonly signal?: AbortSignal | undefined;
}

/** Adds to `gaps`. `history` begins with what the sandbox has already. */
export async function replay(
  history: readonly Migration[],
  gaps: Gaps,
  options: ReplayOptions,
): Promise<void> {
  const skipped = new Map<string, Set<number>>();
  for (;;) {
    const current = await withoutSkipped(history, skipped, options);
    try {
      await runUp(current, options);
      return;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const goesOn =
        error.class === "requires.role" || error.class === "requires.extension"
          ? await supply(history, skipped, gaps, options)
          : await skip(error, { history, current }, skipped, gaps, options);
      if (!goesOn) throw unreplayable(error);
    }
  }
}

/** Superusers, because what a role may do has no part in what a statement locks. */
export async function createRole(url: string, name: string, gaps: Gaps): Promise<void> {
  await runSql(url, `create role ${quoteIdent(name)} superuser`);
  gaps.roles.push(name);
}

async function runUp(migrations: readonly Migration[], options: ReplayOptions): Promise<void> {
  const { url, set, settings, signal } = options;
  await up(
    {
      target: await resolveTarget({ url, env: {} }),
      source: () => Promise.resolve({ ...set, migrations }),
      settings: {
        ...settings,
        strict: false,
        outOfOrder: "allow",
        contract: { guard: "off" },
        care: {},
      },
      ...(signal && { signal }),
    },
    {},
  );
}

async function withoutSkipped(
  history: readonly Migration[],
  skipped: ReadonlyMap<string, ReadonlySet<number>>,
  { preparer }: ReplayOptions,
): Promise<readonly Migration[]> {
  if (skipped.size === 0) return history;
  return Promise.all(
    history.map(async (migration) => {
      const ordinals = skipped.get(migration.id);
      if (ordinals === undefined) return migration;
      return withoutStatements(migration, await preparer.prepare(migration, "up"), ordinals);
    }),
  );
}

/** What the runner has found to be missing before it began: all of it at once. */
async function supply(
  history: readonly Migration[],
  skipped: Map<string, Set<number>>,
  gaps: Gaps,
  options: ReplayOptions,
): Promise<boolean> {
  const { url, preparer } = options;
  const prepared = await Promise.all(history.map((one) => preparer.prepare(one, "up")));
  const target = await resolveTarget({ url, env: {} });
  const session = await Session.open(target, { applicationName: "lockstep trace" });
  const needs = await missingNeeds(session, prepared).finally(() => void session.close());
  let found = false;
  for (const { kind, name } of needs) {
    if (kind === "role") {
      await createRole(url, name, gaps);
      found = true;
      continue;
    }
    if (!gaps.extensions.includes(name)) gaps.extensions.push(name);
    for (const one of prepared) {
      for (const statement of statementsOf(one)) {
        if (!statement.requires?.extensions.includes(name)) continue;
        found = leaveOut(one, statement, skipped, gaps, whyOf(name)) || found;
      }
    }
  }
  return found;
}

function whyOf(extension: string): string {
  return whyUntraced({ kind: "extension", name: extension }, []);
}

async function skip(
  failure: Failure,
  { history, current }: Record<"history" | "current", readonly Migration[]>,
  skipped: Map<string, Set<number>>,
  gaps: Gaps,
  { url, preparer }: ReplayOptions,
): Promise<boolean> {
  const lack = lackOf(failure.server ?? serverError(failure.cause), gaps.leftOut.length > 0);
  if (lack === undefined) return false;
  if (lack.kind === "role") {
    if (gaps.roles.includes(lack.name)) return false;
    await createRole(url, lack.name, gaps);
    return true;
  }
  const at = history.findIndex(({ id }) => id === failure.migration);
  const migration = history[at];
  if (migration === undefined || migration.language === "module") return false;
  // The place is one of the text that ran, in which those that are left out are missing.
  const ran = await preparer.prepare(current[at]!, "up");
  const place = statementAt(ran, failure);
  const prepared = await preparer.prepare(migration, "up");
  const left = skipped.get(migration.id);
  const kept = statementsOf(prepared).filter(({ ordinal }) => !left?.has(ordinal));
  const statement = place && kept[place.ordinal - 1];
  if (statement === undefined) return false;
  if (lack.kind === "extension" && !gaps.extensions.includes(lack.name)) {
    gaps.extensions.push(lack.name);
  }
  return leaveOut(prepared, statement, skipped, gaps, whyUntraced(lack, gaps.extensions));
}

/** False when it is left out already: to try again would fail the same way. */
function leaveOut(
  { migration }: Prepared,
  { ordinal, line, summary }: PreparedStatement,
  skipped: Map<string, Set<number>>,
  gaps: Gaps,
  reason: string,
): boolean {
  const ordinals = skipped.get(migration.id) ?? new Set();
  if (ordinals.has(ordinal)) return false;
  skipped.set(migration.id, ordinals.add(ordinal));
  gaps.leftOut.push({ migration: migration.id, line, summary, reason });
  return true;
}

function statementAt(prepared: Prepared, { location }: Failure): PreparedStatement | undefined {
  if (location === undefined) return undefined;
  const { line, column } = location;
  return statementsOf(prepared).findLast(
    (one) => one.line < line || (one.line === line && one.column <= column),
  );
}

function statementsOf(prepared: Prepared): readonly PreparedStatement[] {
  return "statements" in prepared ? prepared.statements : [];
}

function unreplayable(failure: Failure): Failure {
  if (failure.class === "interrupted" || failure.class === "terminated") return failure;
  return failure.with({
    what: `The history cannot be replayed on an empty database: ${failure.what}`,
    state: "Only a sandbox was touched; it is gone.",
    action: failure.migration
      ? `A trace needs a history that runs from its beginning. See whether \`${failure.migration}\` relies on something that no migration makes, or write what is missing as a baseline script.`
      : failure.action,
  });
}
