/**
 * Looks at the replicas that the operator named before a migration takes ACCESS EXCLUSIVE, and warns.
 * It stops nothing: a replica that is broken, far behind or deaf costs a second, once, and a sentence.
 */
import type { Prepared } from "../prepare.ts";
import type { RunContext } from "../run-context.ts";
import { Replica } from "./replica.ts";
import { replicaTroubles } from "./replica-text.ts";

const BUDGET_MS = 1_000;

export class ReplicaWatch {
  readonly #ctx: RunContext;
  readonly #identifier: string | null;
  #replicas: readonly Replica[];

  constructor(ctx: RunContext, urls: readonly string[], identifier: string | null) {
    this.#ctx = ctx;
    this.#identifier = identifier;
    this.#replicas = urls.map((url) => new Replica(url, BUDGET_MS));
  }

  async before(prepared: Prepared): Promise<void> {
    if (!prepared.wanted.some(({ mode }) => mode === "ACCESS EXCLUSIVE")) return;
    const looks = await Promise.all(
      this.#replicas.map(async (replica) => ({
        replica,
        look: await replica.look(this.#identifier),
      })),
    );
    const { id } = prepared.migration;
    for (const { look } of looks) {
      for (const trouble of replicaTroubles(look)) {
        this.#ctx.warn("replica", `The replica ${look.display} ${trouble}.`, id);
      }
    }
    // One that cannot be looked at would cost its second before every migration.
    const lost = looks.filter(({ look }) => look.facts === undefined);
    this.#replicas = this.#replicas.filter((one) => !lost.some(({ replica }) => replica === one));
    await Promise.all(lost.map(({ replica }) => replica.close()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#replicas.map((replica) => replica.close()));
  }
}
