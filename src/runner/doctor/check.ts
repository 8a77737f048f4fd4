/**
 * What a check of the doctor is: one look at the server and one sentence about it. Checks only
 * read, take no lock beyond those of catalog queries, keep no session state (a transaction pooler
 * may be in between), and work for a role without any rights.
 */
import type { Session } from "../../postgres/session.ts";
import type { DoctorCheck } from "../results.ts";
import type { RunContext } from "../run-context.ts";

export type Finding = Pick<DoctorCheck, "status" | "message" | "action">;

/** Who and where the session is; read once. */
export interface DoctorFacts {
  readonly backendPid: number;
  /** server_version_num, for example 180004. */
  readonly version: number;
  readonly database: string;
  readonly user: string;
  readonly inRecovery: boolean;
  readonly schemaExists: boolean;
  readonly historyExists: boolean;
}

export interface DoctorLimits {
  /** A transaction older than this is worth a warning. */
  readonly longTransactionMs: number;
  /** How long a second connection may take to be served. */
  readonly sideConnectionMs: number;
}

export interface DoctorContext {
  readonly run: RunContext;
  readonly session: Session;
  readonly facts: DoctorFacts;
  readonly limits: DoctorLimits;
}

export interface Check {
  readonly id: string;
  readonly title: string;
  look(ctx: DoctorContext): Promise<Finding>;
}

export function ok(message: string): Finding {
  return { status: "ok", message };
}
