/**
 * Plays kubelet for one pod: its containers are real processes of the built command.
 *
 * K1. Init containers run one after the other; the main ones start when all of them ended with 0.
 * K2. What failed starts again where restartPolicy says so, with a back-off of 10 s that doubles up
 *     to 5 min (scaled); a pod with Never has failed.
 * K3. A pod that goes gets SIGTERM, and SIGKILL when its grace is over. One that is evicted has the
 *     condition DisruptionTarget before that.
 * K4. A process that a signal ended has 128 + the signal as its exit code.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { startCli, type CliResult, type RunningCli } from "../cli.ts";
import type { ContainerSpec, PodSpec } from "./manifest.ts";

/** Where pods run. */
export interface Node {
  /** What is in the image: the working directory of every container. */
  readonly dir: string;
  /** By name, and by key. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Milliseconds that a second of back-off takes; default 10. Other seconds are real ones. */
  readonly backOffSecondMs?: number;
}

export interface ContainerStatus {
  readonly name: string;
  state: "waiting" | "running" | "terminated";
  /** Of the last process; undefined until one has ended. */
  exitCode?: number;
  reason?: "Completed" | "Error" | "OOMKilled";
  /** What `kubectl describe` shows: at most 4096 bytes. */
  message?: string;
  restarts: number;
  /** Each process that has ended, the last one last. */
  readonly runs: CliResult[];
}

export interface PodStatus {
  readonly name: string;
  phase: "Pending" | "Running" | "Succeeded" | "Failed";
  readonly conditions: {
    readonly type: string;
    readonly status: "True";
    readonly reason: string;
  }[];
  readonly initContainers: readonly ContainerStatus[];
  readonly containers: readonly ContainerStatus[];
}

export interface Pod {
  readonly status: PodStatus;
  readonly ended: Promise<PodStatus>;
  /** Resolves when somebody wants it gone. */
  readonly terminating: Promise<void>;
  /** The process that runs, of the container of this name or of any. */
  process(container?: string): RunningCli | undefined;
  /** `kubectl delete pod`. */
  delete(): void;
  /** A drained node, the eviction API, a preemption. */
  evict(): void;
  /** The kernel took it: SIGKILL without anybody asking. */
  oomKill(): void;
}

const FIRST_BACK_OFF_S = 10;
const LAST_BACK_OFF_S = 300;
const MESSAGE_BYTES = 4096;
const FALLBACK_BYTES = 2048;

export function startPod(name: string, spec: PodSpec, node: Node): Pod {
  const statusOf = ({ name }: ContainerSpec): ContainerStatus => ({
    name,
    state: "waiting",
    restarts: 0,
    runs: [],
  });
  const status: PodStatus = {
    name,
    phase: "Pending",
    conditions: [],
    initContainers: (spec.initContainers ?? []).map(statusOf),
    containers: spec.containers.map(statusOf),
  };
  const processes = new Map<string, RunningCli>();
  const gone = new AbortController();
  const isGone = (): boolean => gone.signal.aborted;
  let oomKilled = false;
  let grace: NodeJS.Timeout | undefined;
  const signalAll = (signal: NodeJS.Signals): void => {
    for (const child of processes.values()) child.kill(signal);
  };
  let terminate: () => void = () => {};
  const terminating = new Promise<void>((resolve) => (terminate = resolve));

  const run = async (container: ContainerSpec, its: ContainerStatus): Promise<number> => {
    const log = join(node.dir, `.${name}-${container.name}-termination-log`);
    writeFileSync(log, "");
    const child = startContainer(container, node, log);
    processes.set(container.name, child);
    its.state = "running";
    const result = await child.done;
    processes.delete(container.name);
    const exitCode = exitCodeOf(result);
    its.runs.push(result);
    its.message = messageOf(container, result, readFileSync(log, "utf8"));
    its.reason = oomKilled ? "OOMKilled" : exitCode === 0 ? "Completed" : "Error";
    its.exitCode = exitCode;
    its.state = "terminated";
    return exitCode;
  };
  /** K2: runs it until it has come to an end that stays. */
  const runToEnd = async (
    container: ContainerSpec,
    its: ContainerStatus,
    restarts: (code: number) => boolean,
  ): Promise<number> => {
    for (let wait = FIRST_BACK_OFF_S; ; wait = Math.min(wait * 2, LAST_BACK_OFF_S)) {
      const code = await run(container, its);
      if (isGone() || !restarts(code)) return code;
      its.state = "waiting";
      await pause(wait * (node.backOffSecondMs ?? 10), undefined, { signal: gone.signal }).catch(
        () => undefined,
      );
      if (isGone()) return code;
      its.restarts += 1;
    }
  };
  const policy = spec.restartPolicy ?? "Always";
  const live = async (): Promise<PodStatus> => {
    for (const [index, container] of (spec.initContainers ?? []).entries()) {
      const its = status.initContainers[index]!;
      const code = await runToEnd(container, its, (code) => code !== 0 && policy !== "Never");
      if (code !== 0 || isGone()) {
        status.phase = "Failed";
        return status;
      }
    }
    status.phase = "Running";
    const codes = await Promise.all(
      spec.containers.map((container, index) =>
        runToEnd(
          container,
          status.containers[index]!,
          (code) => policy === "Always" || (policy === "OnFailure" && code !== 0),
        ),
      ),
    );
    status.phase = codes.every((code) => code === 0) ? "Succeeded" : "Failed";
    return status;
  };
  const ended = live().finally(() => {
    clearTimeout(grace);
    terminate();
  });
  // The error belongs to whoever awaits the end; until then it must not end the test process.
  ended.catch(() => {});

  const remove = (): void => {
    if (isGone()) return;
    gone.abort();
    terminate();
    signalAll("SIGTERM");
    const { terminationGracePeriodSeconds = 30 } = spec;
    grace = setTimeout(() => signalAll("SIGKILL"), terminationGracePeriodSeconds * 1_000);
  };
  return {
    status,
    ended,
    terminating,
    process: (container) =>
      container === undefined ? [...processes.values()][0] : processes.get(container),
    delete: remove,
    evict() {
      status.conditions.push({
        type: "DisruptionTarget",
        status: "True",
        reason: "EvictionByEvictionAPI",
      });
      remove();
    },
    oomKill() {
      oomKilled = true;
      signalAll("SIGKILL");
    },
  };
}

/** `lockstep …` and `node …/lockstep …` are the built command, `node file` is the application. */
function startContainer(container: ContainerSpec, node: Node, log: string): RunningCli {
  const { command = ["lockstep"], args = [] } = container;
  const words = [...command, ...args];
  if (basename(words[0] ?? "") === "node") words.shift();
  const [file = "", ...rest] = words;
  const isLockstep = basename(file) === "lockstep" || /\/lockstep\/.*main\.js$/.test(file);
  // A shell, npx or npm would be the process that gets the signals.
  if (!isLockstep && !/\.[cm]?js$/.test(file)) {
    throw new Error(`container ${container.name} runs ${JSON.stringify([...command, ...args])}`);
  }
  return startCli(rest, {
    cwd: node.dir,
    env: mounted(environmentOf(container, node), container, log),
    deadlineMs: 110_000,
    ...(!isLockstep && { main: join(node.dir, file) }),
  });
}

function environmentOf(container: ContainerSpec, { secrets = {} }: Node): Record<string, string> {
  const secret = (name: string): Readonly<Record<string, string>> => {
    const found = secrets[name];
    // As CreateContainerConfigError, which is no end by itself: nobody would ever see why.
    if (found === undefined) throw new Error(`there is no secret ${name}`);
    return found;
  };
  const env: Record<string, string> = {};
  for (const { secretRef } of container.envFrom ?? []) {
    if (secretRef !== undefined) Object.assign(env, secret(secretRef.name));
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const ref = valueFrom?.secretKeyRef;
    const given = ref === undefined ? value : secret(ref.name)[ref.key];
    if (given !== undefined) env[name] = given;
  }
  return env;
}

/** kubelet mounts a file at terminationMessagePath; here, whoever is told the path is told of ours. */
function mounted(
  env: Readonly<Record<string, string>>,
  { terminationMessagePath = "/dev/termination-log" }: ContainerSpec,
  log: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value === terminationMessagePath ? log : value,
    ]),
  );
}

function exitCodeOf({ code, signal }: CliResult): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}

function messageOf(container: ContainerSpec, result: CliResult, written: string): string {
  const fallBack =
    written === "" &&
    exitCodeOf(result) !== 0 &&
    container.terminationMessagePolicy === "FallbackToLogsOnError";
  const text = fallBack ? (result.stdout + result.stderr).slice(-FALLBACK_BYTES) : written;
  return Buffer.from(text).subarray(0, MESSAGE_BYTES).toString();
}
