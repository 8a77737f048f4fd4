/**
 * The failure taxonomy: one row per class. It decides retries and exit codes, it is the text that
 * people read, it is the label in metrics, and docs/failures.md is generated from it.
 *
 * The rows live in taxonomy/, one file per theme. An id is an interface once released: dashboards
 * and alert rules name it, so it is never renamed and never reused for something else.
 */
import type { FailureClass } from "./failure-class.ts";
import { CONNECTION } from "./taxonomy/connection.ts";
import { CONTENTION } from "./taxonomy/contention.ts";
import { DATA } from "./taxonomy/data.ts";
import { DEFINITION } from "./taxonomy/definition.ts";
import { DEPLOYMENT } from "./taxonomy/deployment.ts";
import { FILES } from "./taxonomy/files.ts";
import { HISTORY } from "./taxonomy/history.ts";
import { INVOCATION } from "./taxonomy/invocation.ts";
import { RUNNER_LOCK } from "./taxonomy/runner-lock.ts";
import { SERVER } from "./taxonomy/server.ts";
import { TAKEOVER } from "./taxonomy/takeover.ts";
import { TRANSACTION } from "./taxonomy/transaction.ts";

export type { FailureClass } from "./failure-class.ts";

/** The themes in the order in which the documentation shows them. */
export const FAILURE_THEMES = [
  { title: "Waiting for locks", classes: CONTENTION },
  { title: "Connecting", classes: CONNECTION },
  { title: "One runner at a time", classes: RUNNER_LOCK },
  { title: "Data in the way", classes: DATA },
  { title: "Definitions in the way", classes: DEFINITION },
  { title: "Transactions", classes: TRANSACTION },
  { title: "The server's limits and health", classes: SERVER },
  { title: "The history", classes: HISTORY },
  { title: "Deploying beside running code", classes: DEPLOYMENT },
  { title: "Taking over another tool", classes: TAKEOVER },
  { title: "Migration files", classes: FILES },
  { title: "Command line, configuration and signals", classes: INVOCATION },
] as const satisfies readonly {
  readonly title: string;
  readonly classes: Readonly<Record<string, FailureClass>>;
}[];

export const FAILURE_CLASSES = {
  ...CONTENTION,
  ...CONNECTION,
  ...RUNNER_LOCK,
  ...DATA,
  ...DEFINITION,
  ...TRANSACTION,
  ...SERVER,
  ...HISTORY,
  ...DEPLOYMENT,
  ...TAKEOVER,
  ...FILES,
  ...INVOCATION,
} as const satisfies Record<string, FailureClass>;

export type FailureClassId = keyof typeof FAILURE_CLASSES;

export function failureClass(id: FailureClassId): FailureClass {
  return FAILURE_CLASSES[id];
}
