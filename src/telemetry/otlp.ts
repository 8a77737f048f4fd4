/**
 * OpenTelemetry: metrics and one trace of a run, by OTLP over HTTP. The SDK is loaded here and nowhere
 * else, and reads the standard variables itself: endpoints, headers, names, attributes, samplers.
 *
 * Z1. What cannot be delivered is said once, at the end: exporters are wrapped, because the SDK itself
 *     drops their errors.
 * Z2. No request outlives the budget: the time-out of a request is below it.
 */
import type { Attributes } from "@opentelemetry/api";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { Resource } from "@opentelemetry/resources";
import type { ExportResult } from "@opentelemetry/core";
import type { RunPlace, RunSink } from "../runner/run-sink.ts";
import { TOOL_VERSION } from "../version.ts";
import { METRIC_IDS, metricName, METRICS } from "./metric-catalogue.ts";
import { otlpSettings, type OtlpProtocol } from "./otlp-settings.ts";
import { createRecorder, type Recorder } from "./recorder.ts";

/** Of one request, below the time that all sinks have together. */
const TIMEOUT_MS = 3_000;
const EXPORT_INTERVAL_MS = 10_000;

/** What one signal needs of the others. */
export interface Signal {
  /** Sends what is left. */
  shutdown(): Promise<void>;
}

/** Notes why an export failed; the first reason is the one that is told. */
export interface Deliveries {
  readonly failed: (error: unknown) => void;
}

export async function openOtlp(place: RunPlace, env: NodeJS.ProcessEnv): Promise<RunSink> {
  const settings = otlpSettings(env);
  const reasons: string[] = [];
  if (settings.refused !== undefined) {
    reasons.push(
      `OTEL_EXPORTER_OTLP_PROTOCOL is \`${settings.refused}\`; Lockstep speaks http/protobuf and http/json`,
    );
  }
  const deliveries: Deliveries = {
    failed: (error) => reasons.push(error instanceof Error ? error.message : String(error)),
  };
  const resource = await resourceOf(place);
  const recorder = createRecorder();
  const traces =
    settings.traces === undefined
      ? undefined
      : await (
          await import("./otlp-traces.ts")
        ).openTraces({
          place,
          env,
          resource,
          exporter: reporting(await spanExporter(settings.traces, env), deliveries),
        });
  let ended = false;
  const metrics =
    settings.metrics === undefined
      ? undefined
      : await openMetrics(place, resource, recorder, () => ended, {
          exporter: reporting(await metricExporter(settings.metrics, env), deliveries),
          env,
        });
  return {
    name: "otlp",
    onEvent(event) {
      recorder.take(event);
      traces?.onEvent(event);
    },
    async close(budgetMs) {
      ended = true;
      const late = cancellable(budgetMs, `gave no answer within ${budgetMs / 1000} s`);
      const signals = [traces, metrics].map(async (signal) => {
        await signal?.shutdown().catch(deliveries.failed);
      });
      await Promise.race([Promise.all(signals), late.promise]).finally(late.cancel);
      const [reason] = reasons;
      if (reason !== undefined) throw new Error(reason);
    },
  };
}

async function resourceOf(place: RunPlace): Promise<Resource> {
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } =
    await import("@opentelemetry/resources");
  const ours = resourceFromAttributes({
    "service.name": "lockstep",
    "service.version": TOOL_VERSION,
    ...(place.environment !== undefined && { "deployment.environment.name": place.environment }),
  });
  // What the variables say wins.
  return defaultResource()
    .merge(ours)
    .merge(detectResources({ detectors: [envDetector] }));
}

async function spanExporter(protocol: OtlpProtocol, env: NodeJS.ProcessEnv) {
  const { OTLPTraceExporter } =
    protocol === "http/json"
      ? await import("@opentelemetry/exporter-trace-otlp-http")
      : await import("@opentelemetry/exporter-trace-otlp-proto");
  return new OTLPTraceExporter({ timeoutMillis: timeoutMs(env, "TRACES") });
}

async function metricExporter(
  protocol: OtlpProtocol,
  env: NodeJS.ProcessEnv,
): Promise<PushMetricExporter> {
  const { OTLPMetricExporter } =
    protocol === "http/json"
      ? await import("@opentelemetry/exporter-metrics-otlp-http")
      : await import("@opentelemetry/exporter-metrics-otlp-proto");
  return new OTLPMetricExporter({ timeoutMillis: timeoutMs(env, "METRICS") });
}

/** Z2. */
function timeoutMs(env: NodeJS.ProcessEnv, signal: string): number {
  const given = Number(
    env[`OTEL_EXPORTER_OTLP_${signal}_TIMEOUT`] || env["OTEL_EXPORTER_OTLP_TIMEOUT"],
  );
  return given > 0 ? Math.min(given, TIMEOUT_MS) : TIMEOUT_MS;
}

/** Z1. The exporter itself, which tells us of its failures. */
function reporting<
  T extends { export(items: never, done: (result: ExportResult) => void): unknown },
>(exporter: T, deliveries: Deliveries): T {
  const original = exporter.export.bind(exporter);
  exporter.export = (items, done) =>
    original(items, (result) => {
      if (result.error) deliveries.failed(result.error);
      done(result);
    });
  return exporter;
}

async function openMetrics(
  place: RunPlace,
  resource: Resource,
  recorder: Recorder,
  ended: () => boolean,
  options: { readonly exporter: PushMetricExporter; readonly env: NodeJS.ProcessEnv },
): Promise<Signal> {
  const { MeterProvider, PeriodicExportingMetricReader } =
    await import("@opentelemetry/sdk-metrics");
  const asked = Number(options.env["OTEL_METRIC_EXPORT_INTERVAL"]);
  const exportIntervalMillis = asked > 0 ? asked : EXPORT_INTERVAL_MS;
  const reader = new PeriodicExportingMetricReader({
    exporter: options.exporter,
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(TIMEOUT_MS, exportIntervalMillis),
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meter = provider.getMeter("lockstep", TOOL_VERSION);
  const gauges = new Map(
    METRIC_IDS.map((id) => {
      const unit = id.endsWith("_seconds") ? "s" : "1";
      const { help: description } = METRICS[id];
      return [id, meter.createObservableGauge(metricName(id), { description, unit })] as const;
    }),
  );
  const where: Attributes = {
    database: place.database,
    cluster: place.cluster,
    schema: place.historySchema,
  };
  meter.addBatchObservableCallback(
    (observer) => {
      const samples = ended() ? recorder.end().samples : recorder.now();
      for (const { metric, labels, value } of samples) {
        observer.observe(gauges.get(metric)!, value, { ...where, ...labels });
      }
    },
    [...gauges.values()],
  );
  return { shutdown: () => provider.shutdown() };
}

function cancellable(ms: number, words: string): { promise: Promise<never>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(words)), ms);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
