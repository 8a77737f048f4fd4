/**
 * The queries that a module may send, and the watch over them.
 *
 * Q1. A statement that begins or ends a transaction is refused before it is sent; what the parser
 *     cannot read is found out by the state of the session behind it.
 * Q2. A broken rule ends the module, also when the module caught the refusal.
 * Q3. Queries are sent one after the other in the order in which they were asked for.
 */
import type { Failure } from "../failures/failure.ts";
import type { DriverResult, MigrationQueries, Row } from "../migrations/migration.ts";
import { transactionControlIn } from "../sql/controls-transaction.ts";
import { loadParser } from "../sql/parser.ts";
import type { LockedRun } from "./locked-run.ts";
import { moduleFailure } from "./module-failure.ts";
import type { PreparedModule } from "./prepare.ts";

export class Queries implements MigrationQueries {
  /** Set while a round of `db.batch` has the session for itself. */
  paused = false;
  readonly #run: LockedRun;
  readonly #prepared: PreparedModule;
  readonly #status: "T" | "I";
  readonly #pending = new Set<Promise<unknown>>();
  /** Texts that control no transaction; a loop sends the same one over and over. */
  readonly #harmless = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();
  #broken: Failure | undefined;
  #ended: "no" | "well" | "badly" = "no";

  /** `status` is the state of the session that each query must leave behind. */
  constructor(run: LockedRun, prepared: PreparedModule, status: "T" | "I") {
    this.#run = run;
    this.#prepared = prepared;
    this.#status = status;
  }

  readonly sql = <R extends Row = Row>(
    text: TemplateStringsArray,
    ...values: unknown[]
  ): Promise<R[]> =>
    this.query<R>(
      text.reduce((joined, part, i) => (i === 0 ? part : `${joined}$${i}${part}`), ""),
      values,
    );

  readonly query = <R extends Row = Row>(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<R[]> => this.#enqueue(text, values, ({ rows }) => rows as R[]);

  readonly result = (text: string, values: readonly unknown[] = []): Promise<DriverResult> =>
    this.#enqueue(text, values, (result) => result);

  #enqueue<T>(
    text: string,
    values: readonly unknown[],
    take: (result: DriverResult) => T,
  ): Promise<T> {
    // The failure is reported already. A rejection would go to code that nobody awaits, and end
    // the process before the run could say so.
    if (this.#ended === "badly") return new Promise(() => undefined);
    if (this.#ended === "well") {
      return Promise.reject(
        this.#notAwaited("A query was sent after the migration function had returned."),
      );
    }
    const promise = this.#last.then(async () => take(await this.#send(text, values)));
    this.#last = promise.catch(() => undefined);
    this.#pending.add(promise);
    const settled = (): void => void this.#pending.delete(promise);
    promise.then(settled, settled);
    return promise;
  }

  async #send(text: string, values: readonly unknown[]): Promise<DriverResult> {
    await this.#refuseControl(text);
    const { session } = this.#run;
    // BEGIN inside a transaction is only a warning to the server (25001).
    let begun = false;
    const { onNotice } = session;
    session.onNotice = (notice) => {
      begun ||= notice.code === "25001";
      onNotice?.(notice);
    };
    try {
      const result = await session.queryTyped(text, values);
      if (begun || session.transactionStatus !== this.#status) {
        throw this.#breaks("The module began or ended a transaction by hand.");
      }
      return result;
    } finally {
      session.onNotice = onNotice;
    }
  }

  /** Q1. */
  async #refuseControl(text: string): Promise<void> {
    if (this.paused) {
      throw (this.#broken ??= moduleFailure(
        this.#prepared,
        "module.transaction",
        "The `db` of the module was used inside the function of `db.batch`.",
        "Use the second argument of the function that `db.batch` is given.",
      ));
    }
    if (this.#harmless.has(text)) return;
    const control = await transactionControlIn(text, loadParser);
    if (control !== undefined) {
      throw this.#breaks(
        `The module controls the transaction by hand: \`${control.slice(0, 60)}\`.`,
      );
    }
    if (this.#harmless.size < 100) this.#harmless.add(text);
  }

  #breaks(what: string): Failure {
    return (this.#broken ??= moduleFailure(
      this.#prepared,
      "module.transaction",
      what,
      "Leave BEGIN, COMMIT and ROLLBACK to Lockstep; use savepoints, or `db.batch`.",
    ));
  }

  #notAwaited(what: string): Failure {
    return moduleFailure(
      this.#prepared,
      "module.not_awaited",
      what,
      "Await every promise inside the function.",
    );
  }

  /** The function returned: whatever is still in flight was not awaited. */
  async end(): Promise<void> {
    const forgotten = this.#pending.size;
    if (forgotten > 0 || this.#broken) await this.settle();
    else this.#ended = "well";
    // Q2.
    if (this.#broken) throw this.#broken;
    if (forgotten === 0) return;
    throw this.#notAwaited(
      `${forgotten} ${forgotten === 1 ? "query was" : "queries were"} still running when the migration function returned.`,
    );
  }

  /** After a failure: waits for what is in flight, so that the session is free. */
  async settle(): Promise<void> {
    this.#ended = "badly";
    await Promise.allSettled(this.#pending);
  }
}
