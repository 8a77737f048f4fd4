/** What one row of the failure taxonomy says. */
import type { ExitCodeName } from "./exit-codes.ts";

export interface FailureClass {
  /** Short title, sentence case, no full stop. */
  readonly title: string;
  /** SQLSTATEs and conditions by which it is recognised, in words. */
  readonly detection: string;
  /**
   * What the runner does by itself:
   * never – stop; transaction – run the whole transaction again; cleanup – clean up, then again;
   * reconnect – start the state machine again from the top on a new connection.
   */
  readonly retry: "never" | "transaction" | "cleanup" | "reconnect";
  /** Whether something of the failed step may remain in the database. */
  readonly partial: "none" | "possible" | "unknown";
  readonly severity: "info" | "warn" | "error" | "critical";
  /** The exit code when the run ends with this failure, after all retries. */
  readonly exit: ExitCodeName;
  /** What the runner does automatically, for the docs. */
  readonly automatic: string;
  /** Default sentence for "state now". */
  readonly state: string;
  /** Default sentence for "what to do", imperative. */
  readonly action: string;
}
