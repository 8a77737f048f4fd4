/** OTLP of real runs, as a collector receives it. */
import { expect, test } from "vitest";
import { METRIC_IDS, metricName } from "../../src/telemetry/metric-catalogue.ts";
import { runCli } from "../support/cli.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { startReceiver, type Receiver } from "./receiver.ts";

const PARENT = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7" };

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly status: { readonly code?: number; readonly message?: string };
}

interface Resource {
  readonly attributes: readonly Attribute[];
}

test("a failing run is a trace with a span for the run, each migration and each step", async () => {
  await using db = await freshDatabase();
  const receiver = await startReceiver();
  const app = await project({
    files: {
      "migrations/1_a.sql": "create table a (id int);\ninsert into a values (1), (1);",
      "migrations/2_b.sql": "create unique index concurrently a_idx on a (id);",
    },
  });
  const run = await runCli(["up", "--json"], {
    cwd: app.dir,
    url: db.url,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_HEADERS: "x-tenant=shop",
      OTEL_SERVICE_NAME: "shop-migrations",
      OTEL_RESOURCE_ATTRIBUTES: "team=checkout",
      TRACEPARENT: `00-${PARENT.traceId}-${PARENT.spanId}-01`,
      TRACESTATE: "vendor=1",
      GITHUB_RUN_ID: "77",
    },
  });
  expect(run.code).toBe(79);
  expect(run.stderr).not.toContain("warning");
  expect(receiver.requests.every(({ headers }) => headers["x-tenant"] === "shop")).toBe(true);

  const { spans, resource } = tracesOf(receiver);
  expect(valuesOf(resource.attributes)).toMatchObject({
    "service.name": "shop-migrations",
    team: "checkout",
  });
  const root = spans.find(({ name }) => name === "lockstep up")!;
  const first = spans.find(({ name }) => name === "migration 1_a")!;
  const second = spans.find(({ name }) => name === "migration 2_b")!;
  const step = spans.find(({ name }) => name === "CREATE INDEX CONCURRENTLY")!;
  expect(spans.map(({ name }) => name).toSorted()).toEqual([
    "CREATE INDEX CONCURRENTLY",
    "connect",
    "lockstep up",
    "migration 1_a",
    "migration 2_b",
    "runner lock",
  ]);
  expect(root).toMatchObject({ traceId: PARENT.traceId, parentSpanId: PARENT.spanId });
  // The log of the run names the same span.
  const { runId } = run.events()[0]!;
  expect(root.spanId).toBe(runId.replaceAll("-", "").slice(16));
  expect(first.parentSpanId).toBe(root.spanId);
  expect(second.parentSpanId).toBe(root.spanId);
  expect(step.parentSpanId).toBe(second.spanId);
  expect(first.status.code ?? 0).toBe(0);
  for (const span of [root, second, step]) {
    expect(span.status).toMatchObject({ code: 2, message: expect.stringMatching(/\S/) });
    expect(valuesOf(span.attributes)).toMatchObject({
      "db.system.name": "postgresql",
      "db.namespace": db.name,
      "db.response.status_code": "23505",
      "error.type": "data.unique",
    });
  }
  expect(valuesOf(root.attributes)).toMatchObject({
    "cicd.pipeline.result": "failure",
    "cicd.pipeline.run.id": "77",
    "lockstep.run.id": runId,
  });
  // The times are those of the events, not of the export.
  const started = run.events().find(({ event }) => event === "migration-started")!;
  expect(Math.round(Number(first.startTimeUnixNano) / 1e6)).toBe(Date.parse(started.at));
  expect(JSON.stringify(spans)).not.toContain("insert into");
});

test("without a parent the run's id is the trace's; metrics have the names of the catalogue", async () => {
  await using db = await freshDatabase();
  const receiver = await startReceiver();
  const app = await project({
    files: { "migrations/1_a.sql": "create table a (id int);" },
    config: { cluster: "eu1" },
  });
  const run = await runCli(["up", "--json"], {
    cwd: app.dir,
    url: db.url,
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    },
  });
  expect(run).toMatchObject({ code: 0, stderr: "" });
  const [root] = tracesOf(receiver).spans.filter(({ name }) => name === "lockstep up");
  expect(root!.traceId).toBe(run.events()[0]!.runId.replaceAll("-", ""));
  expect(root!.parentSpanId ?? "").toBe("");

  const metrics = metricsOf(receiver);
  const names = METRIC_IDS.map(metricName);
  expect(names).toEqual(expect.arrayContaining(metrics.map(({ name }) => name)));
  const success = metrics.find(({ name }) => name === "lockstep_last_run_success")!;
  expect(success.gauge.dataPoints).toHaveLength(1);
  expect(success.gauge.dataPoints[0]).toMatchObject({ asDouble: 1 });
  expect(valuesOf(success.gauge.dataPoints[0]!.attributes)).toEqual({
    database: db.name,
    cluster: "eu1",
    schema: "lockstep",
  });
});

test("protobuf is what is sent where nothing is said; grpc is refused in words", async () => {
  await using db = await freshDatabase();
  const receiver = await startReceiver();
  const app = await project({ files: { "migrations/1_a.sql": "create table a (id int);" } });
  const options = { cwd: app.dir, url: db.url };
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  expect(await runCli(["up"], { ...options, env })).toMatchObject({ code: 0, stderr: "" });
  expect(receiver.requests.map(({ path }) => path).toSorted()).toEqual([
    "/v1/metrics",
    "/v1/traces",
  ]);
  for (const { headers } of receiver.requests) {
    expect(headers["content-type"]).toBe("application/x-protobuf");
  }
  const grpc = await runCli(["up"], {
    ...options,
    env: { ...env, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" },
  });
  expect(grpc.code).toBe(0);
  expect(grpc.stderr).toMatch(/^warning: otlp: [^\n]*`grpc`[^\n]*http\/protobuf[^\n]*\n$/);
});

test("OTEL_SDK_DISABLED sends nothing; a parent that is not sampled sends no spans", async () => {
  await using db = await freshDatabase();
  const receiver = await startReceiver();
  const app = await project({ files: { "migrations/1_a.sql": "create table a (id int);" } });
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
  };
  const options = { cwd: app.dir, url: db.url };
  await runCli(["up"], { ...options, env: { ...env, OTEL_SDK_DISABLED: "true" } });
  expect(receiver.requests).toEqual([]);
  const TRACEPARENT = `00-${PARENT.traceId}-${PARENT.spanId}-00`;
  await runCli(["up"], { ...options, env: { ...env, TRACEPARENT } });
  expect(receiver.requests.map(({ path }) => path)).toEqual(["/v1/metrics"]);
});

function tracesOf(receiver: Receiver): { readonly spans: Span[]; readonly resource: Resource } {
  const parts = bodies(receiver, "/v1/traces").flatMap((body) => body.resourceSpans ?? []);
  return {
    resource: parts[0]!.resource,
    spans: parts.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
  };
}

function metricsOf(receiver: Receiver): Metric[] {
  const last = bodies(receiver, "/v1/metrics").at(-1);
  return (last?.resourceMetrics ?? []).flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics),
  );
}

interface Metric {
  readonly name: string;
  readonly gauge: { readonly dataPoints: readonly { readonly attributes: Attribute[] }[] };
}

interface Body {
  readonly resourceSpans?: readonly {
    readonly resource: Resource;
    readonly scopeSpans: readonly { readonly spans: Span[] }[];
  }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: Metric[] }[];
  }[];
}

function bodies(receiver: Receiver, path: string): Body[] {
  return receiver.requests
    .filter((request) => request.path === path)
    .map(({ body }) => JSON.parse(body) as Body);
}

function valuesOf(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]),
  );
}
