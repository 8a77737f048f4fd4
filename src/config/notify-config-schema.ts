/** Checks the form of `notify` in a configuration. Whether a secret is there, the notifier says. */
import * as v from "valibot";

import { nearest } from "../failures/nearest.ts";
import { readDuration } from "./duration.ts";

const text = v.pipe(v.string("must be a string"), v.nonEmpty("must not be empty"));

/** A string, or the variable that holds one. */
const secretOf = (string: v.GenericSchema<string>) =>
  v.union(
    [string, v.strictObject({ env: text })],
    "must be a string or the name of a variable: `{ env: … }`",
  );

/** Absent is allowed, and so is an empty text: that is what a variable looks like that is not set. */
const secret = v.optional(secretOf(v.string()));

const BEGINS = "must be an address that begins with https:// or http://";
const address = v.pipe(v.string("must be a string"), v.check(isHttp, BEGINS));
const givenAddress = v.pipe(
  v.string(),
  v.check((value) => value === "" || isHttp(value), BEGINS),
);
/** An address that is a secret itself, or at least differs between environments. */
const secretAddress = v.optional(
  v.lazy((input) => (typeof input === "string" ? givenAddress : secretOf(v.string()))),
);

const EVERY = {
  name: v.optional(text),
  concerns: v.optional(
    v.array(
      v.picklist(
        ["nobody", "author", "on-call", "urgent"],
        "must be `nobody`, `author`, `on-call` or `urgent`",
      ),
      "must be a list",
    ),
  ),
};

const on = v.optional(
  v.array(
    v.picklist(
      ["failed", "recovered", "succeeded"],
      "must be `failed`, `recovered` or `succeeded`",
    ),
    "must be a list",
  ),
);

/** Those that Lockstep sets itself, because they say which database it is, and `test`. */
const OWN_LABELS = ["alertname", "cluster", "database", "schema", "severity", "stage", "test"];

const KINDS = {
  pagerduty: {
    routingKey: secret,
    region: v.optional(v.picklist(["us", "eu"], "must be `us` or `eu`")),
    url: v.optional(address),
    changeEvents: v.optional(v.boolean("must be true or false")),
  },
  alertmanager: {
    url: v.lazy((input) => (Array.isArray(input) ? v.array(secretAddress) : secretAddress)),
    username: v.optional(text),
    password: secret,
    token: secret,
    labels: v.optional(
      v.pipe(
        v.record(v.string(), text, "must be an object of strings"),
        v.check(
          (labels) => Object.keys(labels).every((name) => /^[a-z_][a-z0-9_]*$/i.test(name)),
          "must have names of letters, digits and `_`",
        ),
        v.check(
          (labels) => !OWN_LABELS.some((name) => Object.hasOwn(labels, name)),
          `must not have ${OWN_LABELS.map((name) => `\`${name}\``).join(", ")}: these are set already`,
        ),
      ),
    ),
    expiresAfter: v.optional(
      v.pipe(
        v.union([v.string(), v.number()], "must be a duration like `24h`"),
        v.check((value) => (readDuration(value) ?? 0) > 0, "must be a duration like `24h`"),
      ),
    ),
  },
  slack: { url: secretAddress, on },
  webhook: {
    url: secretAddress,
    secret,
    headers: v.optional(v.record(v.string(), secret, "must be an object of strings")),
    on,
  },
} as const;

type Kind = keyof typeof KINDS;

const KNOWN = Object.keys(KINDS) as Kind[];

const SCHEMAS = Object.fromEntries(
  KNOWN.map((kind) => [kind, v.strictObject({ type: v.literal(kind), ...EVERY, ...KINDS[kind] })]),
) as unknown as Record<Kind, v.GenericSchema>;

const NOTIFIER = v.lazy((input): v.GenericSchema => {
  // Chosen here, so that a wrong key is not told as a wrong kind.
  const { type } = (input ?? {}) as { type?: unknown };
  if (typeof type === "string" && Object.hasOwn(SCHEMAS, type)) return SCHEMAS[type as Kind];
  return v.custom<never>(() => false, unknownType(type));
});

export const NOTIFY_CONFIG = v.array(NOTIFIER, "must be a list");

/** The keys that a notifier may have, for advice. */
export const NOTIFY_KEYS: Readonly<Record<string, readonly string[]>> = {
  notify: [
    ...new Set([
      "type",
      ...Object.keys(EVERY),
      ...KNOWN.flatMap((kind) => Object.keys(KINDS[kind])),
    ]),
  ],
};

function unknownType(type: unknown): string {
  const known = `one of ${KNOWN.map((kind) => `\`${kind}\``).join(", ")}`;
  if (typeof type !== "string") return `must have a \`type\`: ${known}`;
  const near = nearest(type, KNOWN);
  return near === undefined
    ? `has the type \`${type}\`, which is not known; it must be ${known}`
    : `has the type \`${type}\`, which is not known; did you mean \`${near}\``;
}

function isHttp(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);
}
