/** values.yaml with its comments, and values.schema.json: one table for both. */
import type { Waits } from "../deadline.ts";
import { attemptDeadline, jobDeadline } from "../deadline.ts";
import { hopelessExitCodes } from "../exit-code-policy.ts";
import {
  DEFAULT_BACKOFF_LIMIT,
  DEFAULT_COMMAND,
  DEFAULT_GATE_TIMEOUT_MS,
  DEFAULT_LONGEST_MIGRATION_MS,
  DEFAULT_RESOURCES,
  DEFAULT_RUN_AS_USER,
  DEFAULT_SCHEDULE,
} from "../options.ts";
import { LIMITS_WHY } from "../parts/input.ts";
import { helmTimeoutSeconds } from "../patterns/helm-hook.ts";
import { list, map, type MapNode, type Value } from "../tree.ts";

type Schema = Readonly<Record<string, unknown>>;

interface Row {
  readonly key: string;
  readonly value: Value | readonly Row[];
  readonly why?: string;
  readonly schema?: Schema;
}

const TEXT = { type: "string" };
const NAME = { type: "string", pattern: "^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$" };
const WORDS = { type: "object", additionalProperties: { type: "string" } };
const count = (minimum: number): Schema => ({ type: "integer", minimum });

function rows(waits: Waits): readonly Row[] {
  const deadline = jobDeadline(waits, DEFAULT_BACKOFF_LIMIT, DEFAULT_LONGEST_MIGRATION_MS);
  const attempt = attemptDeadline(waits, DEFAULT_LONGEST_MIGRATION_MS);
  const { cpu, memory, memoryLimit } = DEFAULT_RESOURCES;
  return [
    {
      key: "image",
      value: "",
      why: "The image of the application, with its digest: registry.example.com/shop@sha256:… Required.",
      schema: TEXT,
    },
    {
      key: "nameOverride",
      value: "",
      why: "What names begin with; by default the name of the release.",
      schema: NAME,
    },
    {
      key: "hooks",
      value: "helm",
      why: "helm: before an install or upgrade. argo: a PreSync hook of Argo CD, which ignores all Helm hooks of an application that has one. none: a Job with a new name for each image, for Flux and for kubectl.",
      schema: { enum: ["helm", "argo", "none"] },
    },
    {
      key: "command",
      value: list(...DEFAULT_COMMAND),
      why: "Without a shell or npm, which do not pass SIGTERM on.",
      schema: { type: "array", minItems: 1, items: { type: "string", minLength: 1 } },
    },
    {
      key: "secret",
      why: "The connection string of the migrator. A hook runs before anything of this release is there, so the Secret has to be made elsewhere. Required.",
      value: [
        { key: "name", value: "", schema: NAME },
        { key: "key", value: "url", schema: TEXT },
      ],
    },
    {
      key: "gate",
      why: "For the init container that the template lockstep-migrations.gate gives to your Deployment.",
      value: [
        {
          key: "secret",
          value: [
            { key: "name", value: "", schema: NAME },
            { key: "key", value: "url", schema: TEXT },
          ],
        },
        {
          key: "timeoutSeconds",
          value: DEFAULT_GATE_TIMEOUT_MS / 1000,
          why: "progressDeadlineSeconds of your Deployment has to be longer.",
          schema: count(1),
        },
      ],
    },
    {
      key: "env",
      value: map(),
      why: "Variables of the container, such as LOCKSTEP_ENV; nothing secret.",
      schema: WORDS,
    },
    {
      key: "serviceAccount",
      why: "Only for an identity at the database. It gets no Role: lockstep never talks to the Kubernetes API.",
      value: [
        { key: "create", value: false, schema: { type: "boolean" } },
        { key: "name", value: "", schema: NAME },
        { key: "annotations", value: map(), schema: WORDS },
      ],
    },
    {
      key: "imagePullSecrets",
      value: list(),
      schema: {
        type: "array",
        items: { type: "object", required: ["name"], properties: { name: TEXT } },
      },
    },
    { key: "priorityClassName", value: "", schema: NAME },
    {
      key: "runAsUser",
      value: DEFAULT_RUN_AS_USER,
      why: "1000 is node in the images of Node. Never 0.",
      schema: count(1),
    },
    {
      key: "resources",
      why: `There is ${LIMITS_WHY}.`,
      schema: { type: "object" },
      value: [
        {
          key: "requests",
          value: [
            { key: "cpu", value: cpu },
            { key: "memory", value: memory },
          ],
        },
        { key: "limits", value: [{ key: "memory", value: memoryLimit }] },
      ],
    },
    {
      key: "backoffLimit",
      value: DEFAULT_BACKOFF_LIMIT,
      why: `Attempts after passing trouble. After ${hopelessExitCodes().join(", ")} there is none.`,
      schema: count(0),
    },
    {
      key: "activeDeadlineSeconds",
      value: deadline.seconds,
      why: `Over all that may still succeed: ${deadline.sum}. Raise it with them, and give helm --timeout ${helmTimeoutSeconds(deadline.seconds)}s, which is longer.`,
      schema: count(60),
    },
    { key: "labels", value: map(), schema: WORDS },
    {
      key: "contract",
      why: "A CronJob that applies contract migrations once the old release is gone.",
      value: [
        { key: "enabled", value: false, schema: { type: "boolean" } },
        { key: "schedule", value: DEFAULT_SCHEDULE, schema: TEXT },
        {
          key: "activeDeadlineSeconds",
          value: attempt.seconds,
          why: attempt.sum,
          schema: count(60),
        },
      ],
    },
  ];
}

export function chartValues(waits: Waits): MapNode {
  return valuesOf(rows(waits));
}

export function chartSchema(waits: Waits): string {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    ...schemaOf(rows(waits)),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function valuesOf(table: readonly Row[]): MapNode {
  return map(
    ...table.map(({ key, value, why }) => ({
      key,
      value: isRows(value) ? valuesOf(value) : value,
      ...(why !== undefined && { why }),
    })),
  );
}

function schemaOf(table: readonly Row[]): Schema {
  return {
    type: "object",
    // `global` and the names of conditions come from a chart above.
    properties: Object.fromEntries(
      table.map(({ key, value, schema }) => [
        key,
        schema ?? (isRows(value) ? { ...schemaOf(value), additionalProperties: false } : {}),
      ]),
    ),
  };
}

function isRows(value: Row["value"]): value is readonly Row[] {
  return Array.isArray(value);
}
