/**
 * Asks who runs before a contract migration is applied: before anything is touched, again under the
 * lock, and once more right before each one that others went before.
 *
 * C3. A database on which nothing was applied before this run has no old code.
 * C4. What was overridden with `--force` is in the audit trail at the latest when its first effect is
 *     in the database: in the transaction of the migration, or committed before its first step.
 */
import type { Failure } from "../failures/failure.ts";
import type { History } from "../history/read.ts";
import type { Migration, MigrationSet } from "../migrations/migration.ts";
import type { Session } from "../postgres/session.ts";
import { contractNeeds, oldCodeFailure, oldCodeFor, type OldCode } from "./contract.ts";
import { closing, opening } from "./envelope.ts";
import { forcedItems } from "./forced.ts";
import type { ContractStep, LockedRun } from "./locked-run.ts";
import type { Prepared } from "./prepare.ts";
import type { RunContext } from "./run-context.ts";
import { runTransaction } from "./run-file.ts";
import { readRunningCode } from "./running-code.ts";
import { toFailure } from "./statement-failure.ts";

export interface ContractLook {
  readonly session: Session;
  readonly work: readonly Migration[];
  readonly history: History;
  /** Server processes of this run, besides the one that asks. */
  readonly ownPids: readonly number[];
}

export class ContractGuard {
  readonly #ctx: RunContext;
  readonly #set: MigrationSet;
  readonly #said = new Set<Migration>();

  constructor(ctx: RunContext, set: MigrationSet) {
    this.#ctx = ctx;
    this.#set = set;
  }

  /** What a run has to know of its contract migrations. Throws where old code is in the way. */
  async check(look: ContractLook): Promise<Map<Migration, ContractStep>> {
    const { steps, refused } = await this.#look(look);
    const [first] = refused;
    if (first !== undefined && this.#ctx.options.force === undefined) throw first.failure;
    for (const { migration, old, failure } of refused) {
      this.#sayForced(migration, failure);
      steps.set(migration, { ...steps.get(migration)!, forced: old });
    }
    return steps;
  }

  /** The same `--force` may have been meant for something else. */
  #sayForced(migration: Migration, { what }: Failure): void {
    const { force } = this.#ctx.options;
    if (force === undefined || this.#said.has(migration)) return;
    this.#said.add(migration);
    this.#ctx.warn("contract", `${what} Forced by ${force.by}: ${force.why}`, migration.id);
  }

  /** Everything that `check` would refuse; of `lockstep:after` that names nothing it throws. */
  async refusals(look: ContractLook): Promise<readonly Failure[]> {
    return (await this.#look(look)).refused.map(({ failure }) => failure);
  }

  async #look({ session, work, history, ownPids }: ContractLook): Promise<{
    readonly steps: Map<Migration, ContractStep>;
    readonly refused: readonly {
      readonly migration: Migration;
      readonly old: OldCode;
      readonly failure: Failure;
    }[];
  }> {
    const ctx = this.#ctx;
    const guarded = ctx.settings.contract?.guard !== "off";
    const needs = contractNeeds(work, this.#set, guarded);
    const steps = new Map(needs.map((one) => [one.migration, { needs: one.needs }] as const));
    const fromNothing = history.rows.every(({ runId }) => runId === ctx.runId);
    if (needs.length === 0 || !guarded || fromNothing) return { steps, refused: [] };
    const versions = [...new Set(needs.map((one) => one.needs))];
    const running = await readRunningCode(ctx, session, { versions, ownPids });
    const refused = needs.flatMap(({ migration, needs: version }) => {
      const old = oldCodeFor(version, running);
      if (old === undefined) return [];
      return [{ migration, old, failure: oldCodeFailure(migration, old, running.user) }];
    });
    return { steps, refused };
  }
}

/** C4, for what commits before its migration is recorded. Writes nothing where nothing was forced. */
export async function recordForced(
  run: LockedRun,
  { migration, file }: Pick<Prepared, "migration" | "file">,
): Promise<void> {
  const items = forcedItems(run, migration);
  const step = run.contracts?.get(migration);
  if (items.length === 0 || step === undefined) return;
  await runTransaction(run, {
    items: [...opening(run, {}), ...closing(run, items)],
    recordTags: [],
    recordCount: items.length,
    explain: (_index, cause) => toFailure(cause, { migration: migration.id, file: file.path }),
  });
  run.contracts?.set(migration, { needs: step.needs });
}
