/**
 * A real Alertmanager (Debian: prometheus-alertmanager) that passes every alert on to a webhook of
 * the test, without a cluster and with short waits.
 */
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { onProcessEnd, onTestEnd } from "./cleanup.ts";
import { waitUntil } from "./wait-until.ts";

export interface AlertmanagerOptions {
  /** Gets a POST with every group of alerts that fires or is resolved. */
  readonly webhookUrl: string;
  /** How long it gathers alerts of a new group; default `100ms`. */
  readonly groupWait?: string;
  /** How long after that a change of the group is told; default `500ms`. */
  readonly groupInterval?: string;
  /** After which an alert without an end that is not sent again counts as resolved; default `5m`. */
  readonly resolveTimeout?: string;
}

/** An alert as GET /api/v2/alerts returns it. */
export interface AlertmanagerAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
  readonly status: { readonly state: string };
}

/** What the webhook gets, version 4. */
export interface AlertmanagerNotification {
  readonly version: string;
  readonly status: "firing" | "resolved";
  readonly commonLabels: Readonly<Record<string, string>>;
  readonly alerts: readonly (Omit<AlertmanagerAlert, "status"> & {
    readonly status: "firing" | "resolved";
    readonly fingerprint: string;
  })[];
}

export interface Alertmanager {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** The alerts that are active now. */
  alerts(): Promise<readonly AlertmanagerAlert[]>;
  log(): string;
  /** Happens by itself at the end of the test. */
  stop(): Promise<void>;
}

const PROGRAM = "prometheus-alertmanager";

/** True, or why there is none here. */
export const alertmanagerAvailable: true | string = find();

/**
 * The reason to skip tests with Alertmanager, or undefined to run them. Where LOCKSTEP_TEST_REQUIRE
 * names `prometheus` they run, and fail without it.
 */
export function skipWithoutAlertmanager(): string | undefined {
  const required = (process.env["LOCKSTEP_TEST_REQUIRE"] ?? "").split(/[\s,]+/);
  if (alertmanagerAvailable === true || required.includes("prometheus")) return undefined;
  return alertmanagerAvailable;
}

export async function startAlertmanager(options: AlertmanagerOptions): Promise<Alertmanager> {
  if (alertmanagerAvailable !== true) throw new Error(alertmanagerAvailable);
  const dir = mkdtempSync(join(tmpdir(), "lockstep-alertmanager-"));
  writeFileSync(join(dir, "alertmanager.yml"), configuration(options));
  const port = await freePort();
  const child = spawn(
    PROGRAM,
    [
      `--config.file=${join(dir, "alertmanager.yml")}`,
      `--storage.path=${join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // Otherwise it looks for an address that other machines can reach, and may not find one.
      "--cluster.listen-address=",
    ],
    { cwd: dir, stdio: ["ignore", "pipe", "pipe"] },
  );
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (log += text));
  }
  const url = `http://127.0.0.1:${port}`;
  const stop = stopper(child, dir);
  onTestEnd(stop);
  try {
    await waitUntil(async () => child.exitCode !== null || (await fetch(`${url}/-/ready`)).ok, {
      deadlineMs: 20_000,
      what: "Alertmanager to be ready",
    });
    if (child.exitCode !== null) throw new Error("Alertmanager ended at once");
  } catch (error) {
    await stop();
    throw new Error(`Alertmanager does not start; its log:\n${log}`, { cause: error });
  }
  return {
    url,
    log: () => log,
    stop,
    async alerts() {
      const response = await fetch(`${url}/api/v2/alerts`);
      return (await response.json()) as readonly AlertmanagerAlert[];
    },
  };
}

/** JSON is YAML. */
function configuration(options: AlertmanagerOptions): string {
  const { webhookUrl, groupWait = "100ms", groupInterval = "500ms" } = options;
  return JSON.stringify({
    global: { resolve_timeout: options.resolveTimeout ?? "5m" },
    route: {
      receiver: "test",
      group_by: ["..."],
      group_wait: groupWait,
      group_interval: groupInterval,
      repeat_interval: "1h",
    },
    receivers: [{ name: "test", webhook_configs: [{ url: webhookUrl, send_resolved: true }] }],
  });
}

function stopper(child: ChildProcess, dir: string): () => Promise<void> {
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const remove = (): void => rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  const forget = onProcessEnd(() => {
    child.kill("SIGKILL");
    remove();
  });
  return async () => {
    // There is nothing in it that is worth an orderly end, which takes it seconds.
    child.kill("SIGKILL");
    await closed;
    remove();
    forget();
  };
}

function find(): true | string {
  try {
    execFileSync(PROGRAM, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return `the program \`${PROGRAM}\` is not installed (Debian: apt-get install ${PROGRAM})`;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
