/**
 * Windows and freezes for `up` and `down`. A run is refused before anything is touched, also when
 * the window closes while it waits for its turn. Once its work has begun it is carried through: half
 * of a deployment is worse than one that ends late.
 */
import { insertAudit } from "../history/write.ts";
import type { LockedRun } from "./locked-run.ts";
import type { RunContext } from "./run-context.ts";
import { closedWindow } from "./window-text.ts";

export class WindowGuard {
  readonly #ctx: RunContext;
  #begun = false;
  /** What would have refused, where it is overridden. */
  #overridden: string | undefined;

  constructor(ctx: RunContext) {
    this.#ctx = ctx;
  }

  /** Throws outside of a window, for a run that has not begun. */
  check(): void {
    const { settings, options } = this.#ctx;
    if (this.#begun || this.#overridden !== undefined || settings.care === undefined) return;
    const failure = closedWindow(settings.care, Date.now());
    if (failure === undefined) return;
    if (options.force === undefined) throw failure;
    this.#overridden = failure.what;
    this.#ctx.warn("window", `${failure.what} Forced by ${options.force.by}: ${options.force.why}`);
  }

  /** The work begins; an override is in the audit trail before it. */
  async begin(run: LockedRun, migrations: readonly string[]): Promise<void> {
    if (this.#begun) return;
    this.#begun = true;
    const { ctx } = run;
    const { force } = ctx.options;
    if (this.#overridden === undefined || force === undefined) return;
    const item = insertAudit(ctx.names, {
      runId: ctx.runId,
      action: "force",
      // The run as a whole.
      migration: "*",
      by: force.by,
      reason: force.why,
      detail: { window: this.#overridden, migrations },
    });
    await run.session.query(item.text, item.values);
  }
}
