import { expect, test } from "vitest";
import { otlpSettings, wantsOtlp } from "./otlp-settings.ts";
import { traceContextOf } from "./trace-context.ts";

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" };

test.each([
  [{}, {}],
  [ENDPOINT, { traces: "http/protobuf", metrics: "http/protobuf" }],
  [{ ...ENDPOINT, OTEL_SDK_DISABLED: "true" }, {}],
  [{ ...ENDPOINT, OTEL_TRACES_EXPORTER: "none" }, { metrics: "http/protobuf" }],
  [
    { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/json" },
    { traces: "http/json", metrics: "http/protobuf" },
  ],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://t" }, { traces: "http/protobuf" }],
  [{ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, { refused: "grpc" }],
])("%j", (env, settings) => {
  expect(otlpSettings(env)).toEqual(settings);
  expect(wantsOtlp(env)).toBe(Object.keys(settings).length > 0);
});

test("a run without a parent is its own trace; a parent that is not valid is none", () => {
  const runId = "0123abcd-4567-4abc-8def-0123456789ab";
  const own = { traceId: "0123abcd45674abc8def0123456789ab", spanId: "8def0123456789ab" };
  expect(traceContextOf(runId, {})).toEqual(own);
  const parent = "4bf92f3577b34da6a3ce929d0e0e4736";
  expect(traceContextOf(runId, { TRACEPARENT: `00-${parent}-00f067aa0ba902b7-01` })).toEqual({
    traceId: parent,
    spanId: own.spanId,
  });
  for (const wrong of [
    "nonsense",
    `ff-${parent}-00f067aa0ba902b7-01`,
    `00-${parent}-0000000000000000-01`,
    `00-${"0".repeat(32)}-00f067aa0ba902b7-01`,
  ]) {
    expect(traceContextOf(runId, { TRACEPARENT: wrong })).toEqual(own);
  }
});
