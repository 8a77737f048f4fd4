/**
 * What is said of a run when it has ended, before it takes the form of one notifier.
 *
 * Every text is without passwords and of bounded length, so that no notifier has to think of it; and
 * none is a value of a row (`detail` of the server has some), because it leaves the company.
 */
import type { Concern } from "../config/notify-config.ts";
import type { FailureClassId } from "../failures/taxonomy.ts";

export type Severity = "critical" | "error" | "warning" | "info";

/**
 * Where a run failed, which is also what may be over by itself. `start`: before it was recorded (no
 * connection, a file that is invalid); a run that finds nothing to do has got past that. `work`:
 * with its migrations; only one that applies something has.
 */
export type Stage = "start" | "work";

export interface Message {
  /** `nothing`: there was nothing to do; only what failed at the start is over by that. */
  readonly kind: "failed" | "recovered" | "succeeded" | "nothing";
  /** Sent by `lockstep notify --test`. */
  readonly test: boolean;
  /** Which database of which cluster, in one short line. */
  readonly where: string;
  /** At most 150 characters. */
  readonly title: string;
  /** The title and what happened, in one line of at most 1,000 characters. */
  readonly summary: string;
  readonly severity: Severity;
  readonly runId: string;
  readonly command: string;
  /** ISO 8601, the end of the run. */
  readonly at: string;
  readonly durationMs: number;
  readonly cluster: string;
  readonly environment?: string;
  readonly database: string;
  readonly historySchema: string;
  /** The address without the password. */
  readonly target: string;
  /** Where Lockstep ran. */
  readonly host: string;
  readonly toolVersion: string;
  readonly applied: number;
  /** The first of them. */
  readonly migrations: readonly string[];
  readonly remaining: number;
  readonly failure?: MessageFailure;
  /** The run that failed before, when this one recovers from it. */
  readonly previous?: { readonly runId: string; readonly failureClass: string | null };
  readonly links: readonly MessageLink[];
  /** The command that says more. */
  readonly next?: string;
}

export interface MessageFailure {
  readonly stage: Stage;
  readonly concerns: Concern;
  readonly class: FailureClassId;
  readonly title: string;
  readonly exitCode: number;
  /** `failed`, `try-again`, … */
  readonly exitName: string;
  readonly what: string;
  readonly state: string;
  readonly action: string;
  readonly migration?: string;
  readonly file?: string;
  readonly line?: number;
  readonly statement?: string;
  readonly sqlstate?: string;
  readonly server?: string;
  /** Blockers, candidates, what else is wrong. */
  readonly notes: readonly string[];
}

export interface MessageLink {
  readonly text: string;
  readonly href: string;
}

/** How loud a failure is. Exit code 75 may go away by itself: an orchestrator runs it again. */
export function severityOf(concerns: Concern, exitCode: number): Severity {
  if (exitCode === 75) return "warning";
  switch (concerns) {
    case "urgent":
      return "critical";
    case "on-call":
      return "error";
    case "author":
      return "warning";
    case "nobody":
      return "info";
  }
}

/**
 * What a failure and its end have in common, for those who open and close incidents by a key:
 * one for each database and stage, whatever failed there. At most 255 characters.
 */
export function dedupKey(message: Message, stage: Stage): string {
  const { cluster, database, historySchema } = message;
  const names = [cluster, database, historySchema].map((name) =>
    name.replaceAll("%", "%25").replaceAll("/", "%2F"),
  );
  const base = ["lockstep", ...names].join("/");
  // The plain key is the one that people meet most.
  const suffix = `${stage === "start" ? "/start" : ""}${message.test ? "/test" : ""}`;
  if (base.length + suffix.length <= 255) return base + suffix;
  return `${base.slice(0, 200)}~${hash(base)}${suffix}`;
}

/** FNV-1a, 64 bits: names that are too long must stay apart, nobody attacks them. */
function hash(text: string): string {
  let value = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    value = ((value ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return value.toString(16).padStart(16, "0");
}

/** The stages that are over when a run ends so. */
export function stagesOver(message: Message): readonly Stage[] {
  switch (message.kind) {
    case "failed":
      return [];
    case "nothing":
      return ["start"];
    case "recovered":
    case "succeeded":
      return ["work", "start"];
  }
}
