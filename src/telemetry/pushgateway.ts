/**
 * A Pushgateway, for runs that are over before anybody could scrape them.
 *
 * P1. A run has one group, by job, database, cluster and schema, without anything of the process:
 *     the next run replaces it (PUT), so that nothing is left of the one before.
 * P2. The time of the last success has a group of its own, which only a success replaces: the PUT of
 *     a failing run would take it away, and with it the answer to how old the schema is.
 * P3. Heartbeats only add (POST), so that the end of the last run stays readable while one runs.
 */
import { readDuration, type Duration } from "../config/duration.ts";
import type { PushgatewayConfig } from "../config/metrics-config.ts";
import type { HttpRequest } from "../http/request.ts";
import type { RunPlace, RunSink } from "../runner/run-sink.ts";
import type { Sample } from "./collect.ts";
import { EXPOSITION_TYPE, renderExposition } from "./exposition.ts";
import { HEARTBEAT_MS, startHeartbeat } from "./heartbeat.ts";
import { send } from "./http.ts";
import { METRICS } from "./metric-catalogue.ts";
import { createRecorder } from "./recorder.ts";

/** Of an answer that does not come, within the time that all sinks have together. */
const TIMEOUT_MS = 3_000;

export function openPushgateway(
  config: PushgatewayConfig,
  place: RunPlace,
  env: NodeJS.ProcessEnv,
): RunSink {
  const base = gatewayUrl(config.url);
  const headers = { "content-type": EXPOSITION_TYPE, ...authorization(config, base, env) };
  const address = new URL(base);
  address.username = "";
  address.password = "";
  const message = (
    method: HttpRequest["method"],
    path: string,
    samples: readonly Sample[],
  ): HttpRequest => {
    const url = new URL(address);
    url.pathname = `${address.pathname.replace(/\/$/, "")}/metrics${path}`;
    return { url, method, headers, body: renderExposition(samples) };
  };
  const { run, success } = groupsOf(config.job ?? "lockstep", place);
  const timeoutMs = milliseconds(config.timeout, TIMEOUT_MS);
  const recorder = createRecorder();
  const heartbeat = startHeartbeat(
    (signal) =>
      send(message("POST", run, recorder.now()), { budgetMs: timeoutMs, retries: 0, signal }),
    milliseconds(config.heartbeat, HEARTBEAT_MS),
  );
  return {
    name: "pushgateway",
    onEvent(event) {
      recorder.take(event);
      heartbeat.onEvent(event);
    },
    async close(budgetMs) {
      const end = performance.now() + Math.min(timeoutMs, budgetMs);
      await heartbeat.stop(Math.min(1_000, budgetMs / 4));
      const { samples, success: good } = recorder.end();
      const ofSuccess = samples.filter(({ metric }) => METRICS[metric].when === "success");
      const ofRun = samples.filter(({ metric }) => METRICS[metric].when !== "success");
      const options = { budgetMs: end - performance.now() };
      await Promise.all([
        send(message("PUT", run, ofRun), options),
        good && send(message("PUT", success, ofSuccess), options),
      ]);
    },
  };
}

/** The paths of the two groups. */
export function groupsOf(job: string, place: RunPlace): { run: string; success: string } {
  const run = [
    groupPair("job", job),
    groupPair("database", place.database),
    groupPair("cluster", place.cluster),
    groupPair("schema", place.historySchema),
  ].join("");
  return { run, success: `${run}${groupPair("last", "success")}` };
}

/** A value that is empty, or holds a slash even when it is encoded, has to be base64. */
function groupPair(name: string, value: string): string {
  if (value !== "" && !value.includes("/")) return `/${name}/${encodeURIComponent(value)}`;
  const encoded = value === "" ? "=" : Buffer.from(value).toString("base64url");
  return `/${name}@base64/${encoded}`;
}

function gatewayUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:" || url?.protocol === "https:") return url;
  throw new Error("its address is no http:// or https:// URL");
}

function authorization(
  config: PushgatewayConfig,
  base: URL,
  env: NodeJS.ProcessEnv,
): Record<string, string> {
  const username = config.username ?? decodeURIComponent(base.username);
  const password =
    config.passwordEnv === undefined
      ? decodeURIComponent(base.password)
      : (env[config.passwordEnv] ?? "");
  const named = Object.entries(config.headersEnv ?? {}).flatMap(([header, variable]) => {
    const value = env[variable];
    return value ? [[header.toLowerCase(), value]] : [];
  });
  const basic = Buffer.from(`${username}:${password}`).toString("base64");
  return {
    ...((username !== "" || password !== "") && { authorization: `Basic ${basic}` }),
    ...Object.fromEntries(named),
  };
}

function milliseconds(value: Duration | undefined, otherwise: number): number {
  return (value === undefined ? undefined : readDuration(String(value))) ?? otherwise;
}
