/** What every part of one run shares: its id, its events, its clock and its way to stop. */
import { randomUUID } from "node:crypto";
import { hostname, userInfo } from "node:os";
import { Failure } from "../failures/failure.ts";
import { historyNames, type HistoryNames } from "../history/tables.ts";
import { runKey, transactionKey, type LockKey } from "../postgres/advisory-lock.ts";
import { TOOL_VERSION } from "../version.ts";
import type { RunEventBody } from "./events.ts";
import type { RunnerOptions, RunnerSettings } from "./options.ts";
import { runSessionName } from "./session-names.ts";

export interface RunContext {
  readonly options: RunnerOptions;
  readonly settings: RunnerSettings;
  readonly names: HistoryNames;
  readonly runId: string;
  readonly command: string;
  readonly host: string;
  /** The operating system's name for who runs this. */
  readonly by: string;
  readonly applicationName: string;
  readonly toolVersion: string;
  readonly lock: LockKey;
  readonly marker: LockKey;
  readonly startedAt: number;
  readonly signal: AbortSignal;
  readonly warnings: string[];
  emit(event: RunEventBody): void;
  warn(code: string, message: string, migration?: string): void;
  /** Sleeps; wakes up early when the run is told to stop. */
  pause(ms: number): Promise<void>;
  /** Throws when the run was told to stop. */
  checkSignal(): void;
}

export function createContext(command: string, options: RunnerOptions): RunContext {
  // Without the cache, which is made for a hundred more of them.
  const runId = randomUUID({ disableEntropyCache: true });
  const host = hostname();
  const names = historyNames(options.settings);
  const signal = options.signal ?? new AbortController().signal;
  const warnings: string[] = [];
  const emit = (event: RunEventBody): void => {
    options.onEvent?.({ at: new Date().toISOString(), runId, ...event });
  };
  return {
    options,
    settings: options.settings,
    names,
    runId,
    command,
    host,
    get by() {
      return systemUser();
    },
    applicationName: runSessionName(runId, host),
    toolVersion: TOOL_VERSION,
    lock: runKey(names.lockName),
    marker: transactionKey(names.lockName),
    startedAt: performance.now(),
    signal,
    warnings,
    emit,
    warn(code, message, migration) {
      warnings.push(message);
      emit({ event: "warning", code, message, ...(migration !== undefined && { migration }) });
    },
    async pause(ms) {
      await sleep(ms, signal);
      this.checkSignal();
    },
    checkSignal() {
      if (signal.aborted) throw interruption(signal);
    },
  };
}

/** By hand, because node:timers/promises and what it loads is a part of each start. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}

/** The failure that an abort becomes: exit 143 for SIGTERM, 130 for SIGINT and for a caller's own. */
export function interruption(signal: AbortSignal): Failure {
  const name = signal.reason === "SIGTERM" ? "SIGTERM" : "SIGINT";
  return new Failure({
    class: name === "SIGTERM" ? "terminated" : "interrupted",
    what:
      typeof signal.reason === "string"
        ? `The run was stopped by ${name}.`
        : "The run was stopped.",
  });
}

/** In a container the numeric user often has no name; `env` may know one all the same. */
export function systemUser(env: NodeJS.ProcessEnv = {}): string {
  try {
    return userInfo().username;
  } catch {
    return env["USER"] ?? env["LOGNAME"] ?? `uid ${process.getuid?.() ?? "unknown"}`;
  }
}

export function elapsedMs(since: number): number {
  return Math.round(performance.now() - since);
}

/** Full jitter around a growing pause: between half and the whole of it. */
export function jittered(ms: number): number {
  return ms / 2 + Math.random() * (ms / 2);
}
