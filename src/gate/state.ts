/**
 * What the gate says of a database: whether this build may start against it. Pure data, decided from
 * the files and the history.
 */

export interface GateState {
  /** Everything that this build ships is applied, nothing is half done, and it is not too old. */
  readonly ready: boolean;
  /** Ids of shipped migrations that are not applied; contract migrations are not waited for. */
  readonly missing: readonly string[];
}
