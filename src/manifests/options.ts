/** What the patterns are made of: configuration and flags, checked, with defaults. Pure. */
import { createHash } from "node:crypto";
import { parseDuration } from "../config/duration.ts";
import type { KubernetesConfig, SecretKey } from "../config/kubernetes-config.ts";
import { Failure } from "../failures/failure.ts";
import { attemptDeadline, jobDeadline, type Deadline, type Waits } from "./deadline.ts";
import { parseImage, type ImageReference } from "./image.ts";
import { asName, isName } from "./names.ts";

export const DEFAULT_COMMAND = ["node", "node_modules/lockstep/dist/cli/main.js"] as const;
export const DEFAULT_BACKOFF_LIMIT = 4;
export const DEFAULT_RUN_AS_USER = 1000;
export const DEFAULT_RESOURCES = { cpu: "50m", memory: "128Mi", memoryLimit: "256Mi" } as const;
export const DEFAULT_LONGEST_MIGRATION_MS = 1_800_000;
export const DEFAULT_GATE_TIMEOUT_MS = 600_000;
/** Not at the full hour, where everybody's is. */
export const DEFAULT_SCHEDULE = "17 * * * *";

/** Programs that stand between the signal and us: a shell and npm do not pass SIGTERM on. */
const WRAPPERS = /^(?:npm|npx|yarn|pnpm|bunx|(?:ba|da|a|z)?sh)(?:\.cmd)?$/;

export interface ManifestInput {
  readonly config: KubernetesConfig;
  readonly waits: Waits;
  /** The flags, which win over the configuration. */
  readonly image?: string | undefined;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  /** The environment of the configuration file, for LOCKSTEP_ENV of the container. */
  readonly environment?: string | undefined;
  /** How a pod of the application learns that the schema is ready. */
  readonly gate?: "init" | "readiness" | undefined;
}

/** A key of a Secret, with its default filled in. */
export interface SecretRef {
  readonly name: string;
  readonly key: string;
}

export interface ManifestOptions {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly image: ImageReference;
  readonly secret: SecretRef;
  readonly gateSecret: SecretRef;
  readonly command: readonly string[];
  readonly serviceAccount: string | undefined;
  readonly imagePullSecrets: readonly string[];
  readonly backoffLimit: number;
  readonly deadline: Deadline;
  /** Of a single attempt, without a Job around it. */
  readonly attempt: Deadline;
  readonly gateTimeoutS: number;
  readonly schedule: string;
  readonly runAsUser: number;
  readonly priorityClass: string | undefined;
  readonly resources: {
    readonly cpu: string;
    readonly memory: string;
    readonly memoryLimit: string;
  };
  readonly labels: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly gate: "init" | "readiness";
  readonly readiness: { readonly port: number; readonly path: string };
}

export function manifestOptions(input: ManifestInput): ManifestOptions {
  const { config, waits, environment } = input;
  const image = parseImage(given(input.image ?? config.image));
  const name = checkName(input.name ?? config.name ?? asName(image.baseName), "name");
  const namespace = input.namespace ?? config.namespace;
  const backoffLimit = config.backoffLimit ?? DEFAULT_BACKOFF_LIMIT;
  const longestMs = duration(config, "longestMigration", DEFAULT_LONGEST_MIGRATION_MS);
  const { cpu, memory, memoryLimit } = config.resources ?? {};
  return {
    name,
    namespace: namespace === undefined ? undefined : checkName(namespace, "namespace"),
    image,
    secret: secretKey(config.secret, `${name}-migrator`),
    gateSecret: secretKey(config.gateSecret, `${name}-gate`),
    command: checkCommand(config.command ?? DEFAULT_COMMAND),
    serviceAccount: config.serviceAccount,
    imagePullSecrets: config.imagePullSecrets ?? [],
    backoffLimit,
    deadline: deadlineOf(config, jobDeadline(waits, backoffLimit, longestMs)),
    attempt: attemptDeadline(waits, longestMs),
    gateTimeoutS: Math.ceil(duration(config, "gateTimeout", DEFAULT_GATE_TIMEOUT_MS) / 1000),
    schedule: config.schedule ?? DEFAULT_SCHEDULE,
    runAsUser: config.runAsUser ?? DEFAULT_RUN_AS_USER,
    priorityClass: config.priorityClass,
    resources: {
      cpu: cpu ?? DEFAULT_RESOURCES.cpu,
      memory: memory ?? DEFAULT_RESOURCES.memory,
      memoryLimit: memoryLimit ?? DEFAULT_RESOURCES.memoryLimit,
    },
    labels: config.labels ?? {},
    env: {
      ...(environment !== undefined && { LOCKSTEP_ENV: environment }),
      ...checkEnv(config.env ?? {}),
    },
    gate: input.gate ?? "init",
    readiness: { port: config.readiness?.port ?? 3000, path: config.readiness?.path ?? "/readyz" },
  };
}

/** Four digits of everything but the image: a Job cannot be changed, so its name has to. */
export function specId(options: ManifestOptions): string {
  const { image: _image, ...rest } = options;
  return createHash("sha256").update(JSON.stringify(rest)).digest("hex").slice(0, 4);
}

function given(image: string | undefined): string {
  if (image !== undefined) return image;
  throw new Failure({
    class: "usage",
    what: "No image is given.",
    state: "Nothing is written.",
    action:
      "Give the image of the application with its digest: `--image registry.example.com/shop@sha256:…`.",
  });
}

function checkName(text: string, what: string): string {
  if (isName(text)) return text;
  throw new Failure({
    class: "usage",
    what: `\`${text}\` cannot be a ${what} in Kubernetes.`,
    action: `Give ${what === "name" ? "`--name`" : "`--namespace`"} of lower-case letters, digits and dashes, at most 63.`,
  });
}

function checkCommand(command: readonly string[]): readonly string[] {
  const program = (command[0] ?? "").split("/").at(-1) ?? "";
  if (!WRAPPERS.test(program)) return command;
  throw new Failure({
    class: "config.invalid",
    what: `\`kubernetes.command\` begins with \`${program}\`, which does not pass SIGTERM on.`,
    action: `Start node itself: \`${JSON.stringify(DEFAULT_COMMAND)}\`.`,
    notes: [
      "A run that is not told to stop is killed after the grace period, without its journal.",
    ],
  });
}

/** A connection string in a manifest would be in Git for ever. */
function checkEnv(env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(env)) {
    const secret =
      /:\/\/[^/?#\s]*:[^/?#\s]*@|passw(?:or)?d\s*=/i.test(value) || /^PGPASSWORD$|_URL$/.test(name);
    if (!secret || /^(?:https?:\/\/[^@]*)$/.test(value)) continue;
    throw new Failure({
      class: "config.invalid",
      what: `\`kubernetes.env.${name}\` looks like a secret.`,
      action: "Put it into a Secret and name that: `kubernetes.secret`, `kubernetes.gateSecret`.",
    });
  }
  return env;
}

function secretKey(secret: SecretKey | undefined, name: string): SecretRef {
  return { name: secret?.name ?? name, key: secret?.key ?? "url" };
}

function duration(
  config: KubernetesConfig,
  key: "longestMigration" | "gateTimeout",
  byDefault: number,
): number {
  const value = config[key];
  return value === undefined ? byDefault : parseDuration(value, `\`kubernetes.${key}\``);
}

function deadlineOf({ deadline }: KubernetesConfig, computed: Deadline): Deadline {
  if (deadline === undefined) return computed;
  const seconds = Math.ceil(parseDuration(deadline, "`kubernetes.deadline`") / 1000);
  if (seconds >= computed.seconds) return { seconds, sum: `given; at least ${computed.sum}` };
  throw new Failure({
    class: "config.invalid",
    what: `\`kubernetes.deadline\` is ${seconds} s, and the runs that it ends may need ${computed.seconds} s.`,
    action:
      "Give a longer one, or shorten what it is made of: `lockWait`, `budget`, `connectWait`, `kubernetes.backoffLimit`, `kubernetes.longestMigration`.",
    notes: [computed.sum],
  });
}
