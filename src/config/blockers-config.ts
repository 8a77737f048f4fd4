/** Which sessions in the way of a migration may be cancelled or ended. Nobody, unless it says so. */
import type { Duration } from "./duration.ts";

/** Everything that is given must hold; the first rule that fits decides. */
export interface BlockerRule {
  /** As pg_stat_activity calls it: `active`, `idle in transaction`, `idle in transaction (aborted)`. */
  readonly state?: string | undefined;
  /** `own`: the login role of the run. Otherwise a role's name; `*` stands for any characters. */
  readonly role?: string | undefined;
  /** application_name; `*` stands for any characters. */
  readonly application?: string | undefined;
  /** How old its transaction is at least. */
  readonly olderThan: Duration;
  /**
   * `cancel` ends its statement, `terminate` its connection. Default: what helps, that is `cancel`
   * while it runs a statement, and `terminate` while it idles in a transaction.
   */
  readonly action?: "cancel" | "terminate" | undefined;
}

export interface BlockersConfig {
  readonly cancel?: readonly BlockerRule[] | undefined;
}
