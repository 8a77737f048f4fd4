/**
 * The real Prometheus, Pushgateway and promtool of Debian, on free ports of this machine. Both servers
 * end with this process however it ends, and take their data with them.
 */
import { execFile, execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestEnd } from "./cleanup.ts";
import { waitUntil } from "./wait-until.ts";

interface Server {
  readonly port: number;
  readonly url: string;
  /** Its folder, which goes when it ends. */
  readonly dir: string;
  /** What it has written to its log so far. */
  log(): string;
  stop(): Promise<void>;
}

export interface Pushgateway extends Server {
  /** Everything that was pushed and not deleted, and its own metrics, in the text format. */
  metrics(): Promise<string>;
}

/** A sample of an instant query. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Alert {
  readonly state: "pending" | "firing";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface PrometheusOptions {
  /** `host:port` of what is scraped; labels that it brings along are kept (`honor_labels`). */
  readonly scrape: readonly string[];
  /** The text of rule files. */
  readonly rules?: readonly string[];
  /** `host:port` of an Alertmanager that is told of firing alerts. */
  readonly alertmanager?: string;
  /** How often it scrapes and evaluates; default `200ms`. */
  readonly interval?: string;
}

export interface Prometheus extends Server {
  /** The result of an instant query: a vector, or one sample without labels for a scalar. */
  query(promql: string): Promise<readonly Sample[]>;
  /** All alerts that are pending or firing now. */
  alerts(): Promise<readonly Alert[]>;
}

const PROGRAMS = ["prometheus", "prometheus-pushgateway", "promtool"] as const;

/** True, or why there is no Prometheus here. */
export const prometheusAvailable: true | string = findPrograms();

/**
 * The reason to skip tests with Prometheus, or undefined to run them. Where LOCKSTEP_TEST_REQUIRE
 * names `prometheus` they run, and fail without it.
 */
export function skipWithoutPrometheus(): string | undefined {
  const required = (process.env["LOCKSTEP_TEST_REQUIRE"] ?? "").split(/[\s,]+/);
  if (prometheusAvailable === true || required.includes("prometheus")) return undefined;
  return prometheusAvailable;
}

export async function startPushgateway(flags: readonly string[] = []): Promise<Pushgateway> {
  const server = await start("prometheus-pushgateway", "/-/ready", (port) => [
    `--web.listen-address=127.0.0.1:${port}`,
    "--persistence.file=",
    ...flags,
  ]);
  return { ...server, metrics: () => text(`${server.url}/metrics`) };
}

export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const server = await start("prometheus", "/-/ready", (port, dir) => {
    const { rules = [], interval = "200ms" } = options;
    const files = rules.map((rule, index) => {
      const file = join(dir, `rules-${index}.yml`);
      writeFileSync(file, rule);
      return file;
    });
    const config = {
      global: {
        scrape_interval: interval,
        scrape_timeout: interval,
        evaluation_interval: interval,
      },
      rule_files: files,
      scrape_configs: [
        {
          job_name: "test",
          honor_labels: true,
          static_configs: [{ targets: options.scrape }],
        },
      ],
      ...(options.alertmanager !== undefined && {
        alerting: { alertmanagers: [{ static_configs: [{ targets: [options.alertmanager] }] }] },
      }),
    };
    // JSON is YAML.
    writeFileSync(join(dir, "prometheus.yml"), JSON.stringify(config));
    return [
      `--config.file=${join(dir, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(dir, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--rules.alert.resend-delay=1s",
    ];
  });
  const ask = async (path: string): Promise<unknown> => {
    const answer = JSON.parse(await text(`${server.url}/api/v1/${path}`)) as { data: unknown };
    return answer.data;
  };
  return {
    ...server,
    query: async (promql) => {
      const data = (await ask(`query?query=${encodeURIComponent(promql)}`)) as QueryResult;
      if (data.resultType === "scalar") return [{ labels: {}, value: Number(data.result[1]) }];
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
    },
    alerts: async () => ((await ask("alerts")) as { alerts: Alert[] }).alerts,
  };
}

type QueryResult =
  | { readonly resultType: "scalar"; readonly result: readonly [number, string] }
  | {
      readonly resultType: "vector";
      readonly result: readonly {
        readonly metric: Record<string, string>;
        readonly value: readonly [number, string];
      }[];
    };

/** What promtool says, and whether it is content. */
export function promtool(
  args: readonly string[],
): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise((resolve) => {
    execFile("promtool", args, { encoding: "utf8" }, (error, stdout, stderr) =>
      resolve({ ok: error === null, output: stdout + stderr }),
    );
  });
}

async function start(
  program: string,
  readyPath: string,
  argsFor: (port: number, dir: string) => readonly string[],
): Promise<Server> {
  if (prometheusAvailable !== true) throw new Error(prometheusAvailable);
  const dir = mkdtempSync(join(tmpdir(), `lockstep-${program}-`));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawnTied(dir, program, argsFor(port, dir));
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (words: string) => (log += words));
  const exited = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exited;
  };
  onTestEnd(stop);
  try {
    await waitUntil(async () => child.exitCode !== null || (await fetch(url + readyPath)).ok, {
      deadlineMs: 20_000,
      everyMs: 25,
      what: `${program} to be ready`,
    });
    if (child.exitCode !== null) throw new Error(`${program} ended at once`);
  } catch (error) {
    await stop();
    throw new Error(`${program} does not start; its log:\n${log}`, { cause: error });
  }
  return { port, url, dir, log: () => log, stop };
}

/**
 * Neither program has a way to end with its parent, and a worker may be killed without a chance to
 * clean up. So a watcher reads from a pipe of ours, which Node closes when the program ends and the
 * kernel when we do; then the program and its folder go.
 */
function spawnTied(dir: string, program: string, args: readonly string[]): ChildProcess {
  const script = [
    "exec 3<&0",
    // Its last files may still be written while the folder goes.
    '(cat <&3; kill -TERM $$; sleep 0.2; rm -rf "$0"; sleep 1; rm -rf "$0") >/dev/null 2>&1 &',
    'exec "$@" 3<&- </dev/null',
  ].join("\n");
  return spawn("/bin/sh", ["-c", script, dir, program, ...args], {
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "/usr/bin:/bin" },
    stdio: ["pipe", "ignore", "pipe"],
  });
}

async function text(url: string): Promise<string> {
  const response = await fetch(url);
  const body = await response.text();
  if (!response.ok) throw new Error(`${url}: ${response.status} ${body}`);
  return body;
}

function findPrograms(): true | string {
  for (const program of PROGRAMS) {
    try {
      execFileSync(program, ["--version"], { stdio: "ignore" });
    } catch {
      const packages = "prometheus prometheus-pushgateway";
      return `the program \`${program}\` is not installed (Debian: apt-get install ${packages})`;
    }
  }
  return true;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
