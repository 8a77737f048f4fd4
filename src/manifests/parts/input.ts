/**
 * What the parts of a manifest are built from: concrete values out of the options, or expressions of
 * the chart. That both go through the same parts is what keeps the two alike.
 */
import type { ManifestOptions } from "../options.ts";
import {
  field,
  list,
  map,
  mapOf,
  type Field,
  type MapNode,
  type Maybe,
  type Value,
} from "../tree.ts";

export interface PartsInput {
  readonly image: Value;
  /** The program, without what it is to do. */
  readonly command: Value;
  /** Name and key of the Secret with the connection string of the migrator. */
  readonly secret: { readonly name: Value; readonly key: Value };
  readonly gateSecret: { readonly name: Value; readonly key: Value };
  /** Further variables, as items of `env`. */
  readonly env: readonly Value[];
  readonly serviceAccount: Maybe;
  readonly imagePullSecrets: Maybe;
  readonly priorityClass: Maybe;
  readonly runAsUser: Value;
  readonly resources: Value;
  readonly backoffLimit: Value;
  readonly deadline: { readonly seconds: Value; readonly sum: string };
  readonly gateTimeoutS: Value;
  /** Of the Job and of its pods; the parts add what they need themselves. */
  readonly labels: Value;
  readonly podLabels: Value;
}

export const COMPONENT = "schema-migration";

export function partsInput(options: ManifestOptions): PartsInput {
  const { image, secret, gateSecret, resources } = options;
  const secrets = options.imagePullSecrets.map((name) => map(field("name", name)));
  const labels = jobLabels(options);
  return {
    image: image.text,
    command: list(...options.command),
    secret,
    gateSecret,
    env: Object.entries(options.env).map(([name, value]) =>
      map(field("name", name), field("value", value)),
    ),
    serviceAccount: options.serviceAccount,
    imagePullSecrets: secrets.length === 0 ? undefined : list(...secrets),
    priorityClass: options.priorityClass,
    runAsUser: options.runAsUser,
    resources: map(
      field("requests", mapOf({ cpu: resources.cpu, memory: resources.memory })),
      field("limits", mapOf({ memory: resources.memoryLimit }), LIMITS_WHY),
    ),
    backoffLimit: options.backoffLimit,
    deadline: options.deadline,
    gateTimeoutS: options.gateTimeoutS,
    labels,
    podLabels: map(...labels.fields.map(({ key, value }) => ({ key, value })), ...MESH_LABELS),
  };
}

export const LIMITS_WHY = "no limit of CPU: a throttled migration holds its locks for longer";

/** Without a sidecar, which would outlive the migration and keep the Job from ending. */
export const MESH_LABELS: readonly Field[] = [
  field(
    "sidecar.istio.io/inject",
    "false",
    "a sidecar outlives the migration, and the Job never ends",
  ),
];

function jobLabels({ name, image, labels }: ManifestOptions): MapNode {
  return map(
    field("app.kubernetes.io/name", name),
    field("app.kubernetes.io/component", COMPONENT),
    field(
      "lockstep.dev/image",
      image.id,
      "to find the Job of an image: kubectl get jobs -l lockstep.dev/image=…",
    ),
    ...mapOf(labels).fields,
  );
}
