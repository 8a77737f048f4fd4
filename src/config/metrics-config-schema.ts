/** Checks `metrics` of the configuration; see metrics-config.ts. */
import * as v from "valibot";
import { readDuration } from "./duration.ts";

const text = v.pipe(v.string("must be a string"), v.nonEmpty("must not be empty"));
const url = v.pipe(text, v.regex(/^https?:\/\//, "must be an http:// or https:// URL"));
const variable = v.pipe(text, v.regex(/^\w+$/, "must be the name of a variable"));
const duration = v.pipe(
  v.union([v.string(), v.number()], "must be a duration such as 5s"),
  v.check((value) => readDuration(String(value)) !== undefined, "must be a duration such as 5s"),
);

const PUSHGATEWAY = {
  url,
  username: v.optional(text),
  passwordEnv: v.optional(variable),
  headersEnv: v.optional(v.record(v.string(), variable)),
  job: v.optional(text),
  heartbeat: v.optional(duration),
  timeout: v.optional(duration),
};

const METRICS = {
  // A lazy choice: with a union, one wrong key would be reported as a wrong kind of value.
  pushgateway: v.optional(
    v.lazy((input) => (typeof input === "string" ? url : v.strictObject(PUSHGATEWAY))),
  ),
  textfile: v.optional(text),
  listen: v.optional(
    v.union(
      [
        v.pipe(v.string(), v.regex(/^(?:.*:)?\d{1,5}$/)),
        v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
      ],
      "must be a port or host:port",
    ),
  ),
};

export const METRICS_VALUES = { metrics: v.optional(v.strictObject(METRICS)) };

export const METRICS_NESTED_KEYS: Readonly<Record<string, readonly string[]>> = {
  metrics: Object.keys(METRICS),
  "metrics.pushgateway": Object.keys(PUSHGATEWAY),
};
