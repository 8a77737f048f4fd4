/** The sinks that metrics, traces and logs go to, as the configuration and the environment say. */
import type { MetricsConfig } from "../config/metrics-config.ts";
import type { RunPlace, RunSink } from "../runner/run-sink.ts";

export interface TelemetryOptions {
  readonly config: MetricsConfig | undefined;
  readonly place: RunPlace;
  readonly env: NodeJS.ProcessEnv;
}

/** Each is loaded only where it is asked for. */
export async function openTelemetry(options: TelemetryOptions): Promise<readonly RunSink[]> {
  const opened = await Promise.all([
    orWarning("pushgateway", pushgateway(options)),
    orWarning("textfile", textfile(options)),
    orWarning("metrics", scrape(options)),
    orWarning("otlp", otlp(options)),
    orWarning("termination message", terminationMessage(options)),
  ]);
  return opened.filter((sink) => sink !== undefined);
}

/** What cannot even begin is no reason not to migrate: it is said when the run is over. */
async function orWarning(
  name: string,
  opening: Promise<RunSink | undefined>,
): Promise<RunSink | undefined> {
  try {
    return await opening;
  } catch (error) {
    return { name, onEvent: () => {}, close: () => Promise.reject(error) };
  }
}

async function pushgateway({ config, place, env }: TelemetryOptions): Promise<RunSink | undefined> {
  const variable = env["LOCKSTEP_PUSHGATEWAY"];
  const given = config?.pushgateway;
  if (!variable && given === undefined) return undefined;
  const { openPushgateway } = await import("./pushgateway.ts");
  // The variable is another address; what the file says of a login may hold there too.
  const more = typeof given === "object" ? given : undefined;
  const url = variable || (typeof given === "string" ? given : (more?.url ?? ""));
  return openPushgateway({ ...more, url }, place, env);
}

async function textfile({ config, place, env }: TelemetryOptions): Promise<RunSink | undefined> {
  const path = env["LOCKSTEP_METRICS_TEXTFILE"] || config?.textfile;
  if (path === undefined) return undefined;
  const { openTextfile } = await import("./textfile.ts");
  return openTextfile(path, place);
}

async function scrape({ config, place, env }: TelemetryOptions): Promise<RunSink | undefined> {
  const listen = env["LOCKSTEP_METRICS_LISTEN"] || config?.listen;
  if (listen === undefined) return undefined;
  const { openScrape } = await import("./scrape.ts");
  return openScrape(String(listen), place);
}

async function otlp({ place, env }: TelemetryOptions): Promise<RunSink | undefined> {
  const { wantsOtlp } = await import("./otlp-settings.ts");
  if (!wantsOtlp(env)) return undefined;
  const { openOtlp } = await import("./otlp.ts");
  return openOtlp(place, env);
}

async function terminationMessage({ place, env }: TelemetryOptions): Promise<RunSink | undefined> {
  const path = env["LOCKSTEP_TERMINATION_LOG"];
  if (!path) return undefined;
  const { openTerminationMessage } = await import("./termination-message.ts");
  return openTerminationMessage(path, place);
}
