/**
 * `lockstep plan`, and `up --dry-run`: what a run would do, without doing any of it. Refusals are
 * collected, so that one look shows all of them. Writes nothing (read-only.ts).
 */
import { Failure } from "../failures/failure.ts";
import type { History } from "../history/read.ts";
import { loadModule } from "../migrations/load-module.ts";
import type { Migration } from "../migrations/migration.ts";
import type { Session } from "../postgres/session.ts";
import { versionName } from "../postgres/server-facts.ts";
import { ContractGuard } from "./contract-guard.ts";
import { lookAround } from "./care/look-around.ts";
import { existingRelations, tablesOfIndexes } from "./existing-relations.ts";
import { journalProblems } from "./journal-problems.ts";
import type { RunnerOptions, Selection } from "./options.ts";
import type { Plan, RefusedMigration } from "./plan.ts";
import { lockedIndexes, lockedRelations, plannedMigration } from "./planned-steps.ts";
import { pooledProblem } from "./pooled-rules.ts";
import { noDown, Preparer, type Direction, type Prepared } from "./prepare.ts";
import { readOnly } from "./read-only.ts";
import { policyOf, reconcile } from "./reconcile.ts";
import { repeatablesInOrder } from "./repeatables.ts";
import type { Problem } from "./results.ts";
import { refuseMissing } from "./requirements.ts";
import { createContext, type RunContext } from "./run-context.ts";
import { select } from "./selection.ts";
import { windowReport } from "./window-text.ts";

export interface PlanSelection extends Selection {
  /** Default `up`. */
  readonly direction?: Direction;
}

export async function plan(options: RunnerOptions, selection: PlanSelection = {}): Promise<Plan> {
  const { direction = "up" } = selection;
  const ctx = createContext("plan", options);
  const set = await options.source();
  const { migrations } = set;
  for (const note of set.notes ?? []) ctx.warn("folder", note);
  return readOnly(ctx, "read committed", async ({ session, facts, history }) => {
    const reconciliation = reconcile(migrations, history, policyOf(ctx.settings, set));
    const work = select(direction, set, reconciliation, selection).remaining(reconciliation);
    const problems = [
      // What `up` refuses; `down` may be the way out of it.
      ...(direction === "up" ? reconciliation.problems : []),
      ...journalProblems(history, facts).filter(({ kind }) => kind === "unknown-outcome"),
    ];
    const refused = problems.map((problem) => refusedBy(problem, migrations));
    if (direction === "up") {
      const guard = new ContractGuard(ctx, set);
      const found = await guard
        .refusals({ session, work, history, ownPids: [] })
        .catch((error: unknown) => {
          if (!(error instanceof Failure)) throw error;
          return [error];
        });
      for (const failure of found) refused.push(refusedFor(failure, migrations));
    }
    const preparation = new Preparation(ctx, direction, facts.version);
    await preparation.prepareAll(work);
    await preparation.requirements(session);
    const { prepared } = preparation;
    const catalog = {
      exists: await existingRelations(session, prepared.flatMap(lockedRelations)),
      tableOf: await tablesOfIndexes(session, prepared.flatMap(lockedIndexes)),
    };
    const around = await lookAround(session, {
      version: facts.version,
      prepared,
      care: ctx.settings.care,
      exists: (relation) => catalog.exists(relation),
    });
    return {
      direction,
      server: versionName(facts.version),
      connection: facts.proxied ? "pooled" : "direct",
      historyExists: history.exists,
      migrations: await Promise.all(
        prepared.map(async (one) =>
          plannedMigration(one, catalog, [
            ...(facts.proxied ? await pooledWarning(one) : []),
            ...resumeWarning(one, history),
            ...around(one),
          ]),
        ),
      ),
      refused: [...refused, ...preparation.refused],
      window: windowReport(ctx.settings.care, Date.now()) ?? null,
    };
  });
}

/** Prepares everything, and keeps what is refused instead of stopping at the first. */
class Preparation {
  readonly prepared: Prepared[] = [];
  readonly refused: RefusedMigration[] = [];
  readonly #ctx: RunContext;
  readonly #direction: Direction;
  readonly #preparer: Preparer;

  constructor(ctx: RunContext, direction: Direction, serverVersion: number) {
    this.#ctx = ctx;
    this.#direction = direction;
    const { placeholders } = ctx.settings;
    this.#preparer = new Preparer({
      serverVersion,
      processExitsSoon: ctx.options.processExitsSoon,
      forPlan: true,
      ...(placeholders && { placeholders }),
    });
  }

  async prepareAll(work: readonly Migration[]): Promise<void> {
    for (const migration of work) if (migration.kind === "versioned") await this.#one(migration);
    const repeatables = [];
    for (const migration of work) {
      if (migration.kind !== "repeatable") continue;
      // One that cannot be read has no place in an order.
      const readable = await this.#attempt(migration, () => this.#preparer.parse(migration.up));
      if (readable) repeatables.push(migration);
    }
    const { order, warnings } = await repeatablesInOrder(this.#preparer, repeatables);
    for (const message of warnings) this.#ctx.warn("repeatable-cycle", message);
    for (const migration of order) await this.#one(migration);
  }

  /** What the server lacks is said of the first migration that needs it. */
  async requirements(session: Session): Promise<void> {
    try {
      await refuseMissing(session, this.prepared);
    } catch (error) {
      if (!(error instanceof Failure) || error.migration === undefined) throw error;
      const { migration: id, location } = error;
      this.refused.push({ id, file: location?.file ?? id, failure: error.toJSON() });
    }
  }

  async #one(migration: Migration): Promise<void> {
    const direction = this.#direction;
    const prepared = await this.#attempt(migration, async () => {
      const one = await this.#preparer.prepare(migration, direction);
      if (one.mode === "module" && direction === "down") {
        if (!(await loadModule(migration)).down) throw noDown(migration);
      }
      return one;
    });
    if (prepared) this.prepared.push(prepared);
  }

  async #attempt<T>(migration: Migration, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const { down, up, id } = migration;
      const { path } = this.#direction === "down" ? (down ?? up) : up;
      this.refused.push({ id, file: path, failure: error.toJSON() });
      return undefined;
    }
  }
}

function refusedBy(
  { migration: id, failure }: Problem,
  migrations: readonly Migration[],
): RefusedMigration {
  const file = migrations.find((migration) => migration.id === id)?.up.path ?? id;
  return { id, file, failure };
}

function refusedFor(failure: Failure, migrations: readonly Migration[]): RefusedMigration {
  const { migration: id = "" } = failure;
  const file = migrations.find((migration) => migration.id === id)?.up.path ?? id;
  return { id, file, failure: failure.toJSON() };
}

/** Only a run, which has a second connection, can tell whether the pooler keeps sessions. */
async function pooledWarning(prepared: Prepared): Promise<string[]> {
  const problem = await pooledProblem(prepared).catch((error: unknown) => {
    if (error instanceof Failure) return error;
    throw error;
  });
  return problem ? [`${problem.what} It is refused unless the pooler keeps sessions.`] : [];
}

function resumeWarning({ migration, direction }: Prepared, history: History): string[] {
  const done = history.journal.filter(
    (row) => row.migration === migration.id && row.direction === direction && row.state === "done",
  ).length;
  if (done === 0) return [];
  return [
    `It was begun before: ${done} ${done === 1 ? "step is" : "steps are"} done, and the run goes on behind them.`,
  ];
}
