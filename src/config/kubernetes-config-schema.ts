/** Checks `kubernetes` in a configuration. */
import * as v from "valibot";
import { readDuration } from "./duration.ts";

const text = v.pipe(v.string("must be a string"), v.nonEmpty("must not be empty"));
const name = v.pipe(
  text,
  v.regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "must be a name of lower-case letters, digits and dashes",
  ),
);
const duration = v.pipe(
  v.union([v.string(), v.number()], "must be a duration like `10m` or a number of milliseconds"),
  v.check(
    (value) => readDuration(value) !== undefined,
    "must be a duration like `250ms`, `5s` or `10m`",
  ),
);
const count = (least: number) =>
  v.pipe(
    v.number("must be a number"),
    v.integer("must be a whole number"),
    v.minValue(least, `must be at least ${least}`),
  );
const quantity = v.pipe(
  v.string("must be a quantity like `100m` or `256Mi`"),
  v.regex(/^\d+(\.\d+)?(m|k|[KMGT]i?)?$/, "must be a quantity like `100m` or `256Mi`"),
);
const SECRET = { name: text, key: v.optional(text) };
const RESOURCES = {
  cpu: v.optional(quantity),
  memory: v.optional(quantity),
  memoryLimit: v.optional(quantity),
};
const READINESS = {
  port: v.pipe(count(1), v.maxValue(65_535, "must be a port")),
  path: v.optional(v.pipe(text, v.startsWith("/", "must begin with `/`"))),
};
const words = v.record(
  v.pipe(v.string(), v.regex(/^[A-Za-z_.-][A-Za-z0-9_.-]*$/, "must be the name of a variable")),
  v.string("must be a string"),
  "must be an object of strings",
);
const LABEL_KEY =
  /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;
const LABEL = /^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$/;

const KUBERNETES = {
  name: v.optional(name),
  namespace: v.optional(name),
  image: v.optional(text),
  secret: v.optional(v.strictObject(SECRET)),
  gateSecret: v.optional(v.strictObject(SECRET)),
  command: v.optional(
    v.pipe(v.array(text, "must be a list of words"), v.minLength(1, "must not be empty")),
  ),
  serviceAccount: v.optional(name),
  imagePullSecrets: v.optional(v.array(text, "must be a list of names")),
  backoffLimit: v.optional(count(0)),
  longestMigration: v.optional(duration),
  deadline: v.optional(duration),
  gateTimeout: v.optional(duration),
  schedule: v.optional(text),
  // 0 is root, which `runAsNonRoot` refuses when the pod starts.
  runAsUser: v.optional(count(1)),
  priorityClass: v.optional(name),
  resources: v.optional(v.strictObject(RESOURCES)),
  labels: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(LABEL_KEY, "must be the key of a label")),
      v.pipe(
        v.string("must be a string"),
        v.regex(LABEL, "must be a label of at most 63 characters"),
      ),
      "must be an object of strings",
    ),
  ),
  env: v.optional(words),
  readiness: v.optional(v.strictObject(READINESS)),
};

export const KUBERNETES_CONFIG = v.strictObject(KUBERNETES);

export const KUBERNETES_KEYS: Readonly<Record<string, readonly string[]>> = {
  kubernetes: Object.keys(KUBERNETES),
  "kubernetes.secret": Object.keys(SECRET),
  "kubernetes.gateSecret": Object.keys(SECRET),
  "kubernetes.resources": Object.keys(RESOURCES),
  "kubernetes.readiness": Object.keys(READINESS),
};
