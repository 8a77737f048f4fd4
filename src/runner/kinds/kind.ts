/**
 * A kind of statement that cannot run in a transaction, and how it survives a crash: it is probed
 * (done, half, none), cleaned up, applied. What a probe needs to know is written into the journal
 * before the statement is sent.
 */
import type { Session } from "../../postgres/session.ts";
import type { PreparedStatement } from "../prepare.ts";

/**
 * done – the statement's work is complete; none – nothing of it is there, it may run again;
 * half – clean up first; unknown – nobody can tell: a person decides (`lockstep resolve`).
 */
export type Probe =
  | { readonly state: "done" }
  | { readonly state: "none" }
  | { readonly state: "half"; readonly what: string }
  | { readonly state: "unknown"; readonly what: string };

/** How a kind executes more than the author's one statement. */
export interface Tools {
  /** In one short transaction, under the cap and with its retries. */
  briefly(texts: readonly string[]): Promise<void>;
  /** Alone, outside of any transaction. */
  alone(text: string): Promise<void>;
}

export interface Kind<Detail> {
  /**
   * Whether its waiting lock stops readers or writers. If so, it runs under the cap; if not, it
   * runs without any timeout: a short one would leave an INVALID index behind.
   */
  readonly stalls: boolean;
  /** What was there before; stored as JSON in the journal. */
  before(session: Session, statement: PreparedStatement): Promise<Detail>;
  probe(session: Session, statement: PreparedStatement, detail: Detail): Promise<Probe>;
  /** Instead of sending the author's statement as it is; must resume what it left half-done. */
  apply?(
    session: Session,
    statement: PreparedStatement,
    detail: Detail,
    tools: Tools,
  ): Promise<void>;
  /** Removes or completes a half-done statement. */
  cleanUp?(
    session: Session,
    statement: PreparedStatement,
    detail: Detail,
    onSent: () => void,
  ): Promise<"again" | "done">;
}

/** Runs again without harm: VACUUM, ALTER SYSTEM, REINDEX, CLUSTER, REFRESH. */
export function idempotent(options: { readonly stalls: boolean }): Kind<null> {
  return {
    stalls: options.stalls,
    before: () => Promise.resolve(null),
    probe: () => Promise.resolve({ state: "none" }),
  };
}

/** No way to find out. Stopping with an instruction is better than running twice. */
export const UNKNOWN: Kind<null> = {
  stalls: true,
  before: () => Promise.resolve(null),
  probe: () =>
    Promise.resolve({ state: "unknown", what: "nothing in the database tells whether it ran" }),
};
