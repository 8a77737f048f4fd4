/**
 * The summary that a run leaves where Kubernetes reads the last words of a container:
 * `kubectl describe pod` shows it, and Argo CD and alerts repeat it.
 *
 * N1. One JSON object of at most 4096 bytes, because kubelet cuts what is longer: first what is least
 *     needed is left out, then the longest text is shortened. It always parses.
 * N2. Written once, in place, at the end of the run and before anybody else is told: kubelet mounts a
 *     single file, and whoever waits for a notifier may be killed.
 * N3. A run that is killed leaves nothing, so that kubelet falls back to the end of the log.
 */
import { writeFileSync } from "node:fs";
import { EXIT_CODES } from "../failures/exit-codes.ts";
import type { FailureJson } from "../failures/failure.ts";
import type { RunEvent, SessionInfo } from "../runner/events.ts";
import type { RunPlace, RunSink } from "../runner/run-sink.ts";

export const MOST_BYTES = 4096;

type Finished = Extract<RunEvent, { event: "run-finished" }>;

export interface TerminationMessage {
  readonly outcome: Finished["outcome"];
  readonly exitCode: number;
  readonly command?: string;
  readonly runId: string;
  readonly failureClass?: string;
  readonly what?: string;
  readonly state?: string;
  readonly action?: string;
  readonly migration?: string;
  /** \`migrations/2_orders.sql:3\`. */
  readonly at?: string;
  readonly sqlstate?: string;
  readonly applied: { readonly count: number; readonly last?: string };
  readonly remaining: number;
  readonly durationMs: number;
  readonly longestWaitMs: number;
  readonly blockers?: readonly Blocker[];
  readonly environment?: string;
  readonly target: string;
}

/** Without its query, which may hold data. */
type Blocker = Pick<
  SessionInfo,
  "pid" | "user" | "application" | "state" | "transactionAgeMs" | "relation"
>;

/** In this order they are left out when there is too much. */
const DISPENSABLE = ["environment", "blockers", "target", "command"] as const;
const TEXTS = ["what", "action", "state", "at", "migration"] as const;

export function openTerminationMessage(path: string, place: RunPlace): RunSink {
  let command: string | undefined;
  let blockers: readonly SessionInfo[] = [];
  return {
    name: "termination message",
    onEvent(event) {
      if (event.event === "run-started") command = event.command;
      else if (event.event === "blocked") blockers = event.blockers;
      // What held this one up is not what holds the next one up.
      else if (event.event === "migration-applied") blockers = [];
      else if (event.event === "run-finished") {
        writeFileSync(path, renderTerminationMessage(summarise(event, place, command, blockers)));
      }
    },
    close: () => Promise.resolve(),
  };
}

function summarise(
  event: Finished,
  place: RunPlace,
  command: string | undefined,
  blockers: readonly SessionInfo[],
): TerminationMessage {
  const { outcome, runId, applied, remaining, durationMs, longestWaitMs, failure } = event;
  const last = applied.at(-1);
  return {
    outcome,
    exitCode: failure?.exitCode ?? EXIT_CODES.ok.code,
    ...(failure && words(failure)),
    applied: { count: applied.length, ...(last !== undefined && { last }) },
    remaining,
    durationMs: Math.round(durationMs),
    longestWaitMs,
    runId,
    ...(command !== undefined && { command }),
    ...(failure && blockers.length > 0 && { blockers: blockers.slice(0, 5).map(blocker) }),
    target: place.target,
    ...(place.environment !== undefined && { environment: place.environment }),
  };
}

function words(failure: FailureJson): Partial<TerminationMessage> {
  const { what, state, action, migration, location, server } = failure;
  return {
    failureClass: failure.class,
    what,
    state,
    action,
    ...(migration !== undefined && { migration }),
    ...(location && { at: `${location.file}:${location.line}` }),
    ...(server && { sqlstate: server.sqlstate }),
  };
}

function blocker({
  pid,
  user,
  application,
  state,
  transactionAgeMs,
  relation,
}: SessionInfo): Blocker {
  return {
    pid,
    ...(user !== undefined && { user }),
    ...(application !== undefined && { application }),
    ...(state !== undefined && { state }),
    ...(transactionAgeMs !== undefined && { transactionAgeMs: Math.round(transactionAgeMs) }),
    ...(relation !== undefined && { relation }),
  };
}

/** N1. */
export function renderTerminationMessage(message: TerminationMessage): string {
  let kept: Record<string, unknown> = { ...message };
  for (const key of DISPENSABLE) {
    if (fits(kept)) return JSON.stringify(kept);
    const { [key]: _dropped, ...rest } = kept;
    kept = rest;
  }
  while (!fits(kept)) {
    const longest = TEXTS.toSorted((a, b) => bytesOf(kept[b]) - bytesOf(kept[a]))[0]!;
    const text = kept[longest];
    if (typeof text !== "string" || text.length < 2) return JSON.stringify(barest(message));
    // By code points, so that no half of a pair is left.
    const letters = [...text];
    kept = {
      ...kept,
      [longest]: `${letters.slice(0, Math.floor(letters.length * 0.75)).join("")}…`,
    };
  }
  return JSON.stringify(kept);
}

/** When names alone are too long. */
function barest({ outcome, exitCode, runId, failureClass }: TerminationMessage): object {
  return { outcome, exitCode, runId, failureClass };
}

function fits(message: unknown): boolean {
  return bytesOf(message) <= MOST_BYTES;
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? "");
}
