/** Something outside of this process that is told of a run: metrics, traces, pages. */
import type { RunEvent } from "./events.ts";

/**
 * A sink never has a say: what it throws or rejects with is a warning on stderr, and neither the
 * outcome nor the exit code of the run changes.
 */
export interface RunSink {
  /** As it is called in warnings: `pagerduty`, `pushgateway`. */
  readonly name: string;
  /** Each event in its order. Returns at once; what has to be sent is sent behind it. */
  onEvent(event: RunEvent): void;
  /**
   * After the last event: sends what is left and lets go of everything. Resolves within `budgetMs`
   * (milliseconds, retries included); rejects when somebody could not be told.
   */
  close(budgetMs: number): Promise<void>;
}

/** What every sink says about where the run takes place. No secrets. */
export interface RunPlace {
  /** `cluster` of the configuration; empty when there is none. */
  readonly cluster: string;
  /** The environment of the configuration file, if one is chosen. */
  readonly environment?: string;
  /** Host, port, database and user, without the password. */
  readonly target: string;
  readonly database: string;
  readonly historySchema: string;
  readonly links: RunLinks;
}

/** Addresses of pages for whoever is told of a run. */
export interface RunLinks {
  /** The runbook; `#<failure class>` is appended. */
  readonly runbook?: string | undefined;
  readonly dashboard?: string | undefined;
  /** The pipeline or job that runs this; by default what the CI system says in its variables. */
  readonly run?: string | undefined;
}
