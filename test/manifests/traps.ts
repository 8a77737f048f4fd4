/**
 * What goes wrong in hand-written manifests, one check for each trap. A check looks at all objects of
 * a pattern and says what it finds; that it can find something is proved in traps.test.ts.
 */
import { JOB_TRAPS } from "./job-traps.ts";
import {
  templateOf,
  ours,
  type Container,
  type CronSpec,
  type DeploymentSpec,
  type KubeObject,
} from "./objects.ts";

export interface TrapContext {
  /** Seconds that all attempts of a Job may need, by the settings of the runner. */
  readonly needed: number;
  /** The same of one attempt. */
  readonly attempt: number;
  readonly gateTimeout: number;
  /** What the names of Jobs have to contain. */
  readonly imageId: string;
}

export interface Trap {
  readonly name: string;
  readonly check: (objects: readonly KubeObject[], context: TrapContext) => readonly string[];
}

const WRAPPERS = ["npm", "npx", "yarn", "pnpm", "sh", "bash", "dash"];

function container(name: string, check: (one: Container) => boolean): Trap {
  return {
    name,
    check: (objects) =>
      objects.flatMap((object) =>
        ours(object)
          .filter((one) => !check(one))
          .map((one) => `${object.kind} ${object.metadata.name}: ${one.name}`),
      ),
  };
}

function object(
  name: string,
  check: (one: KubeObject, context: TrapContext, all: readonly KubeObject[]) => boolean,
): Trap {
  return {
    name,
    check: (objects, context) =>
      objects
        .filter((one) => !check(one, context, objects))
        .map((one) => `${one.kind} ${one.metadata.name}`),
  };
}

export const TRAPS: readonly Trap[] = [
  ...JOB_TRAPS.map(({ name, check }) => object(name, check)),

  // Containers
  container("a shell or npm keeps SIGTERM from node", ({ command = [] }) => {
    const program = command[0]?.split("/").at(-1);
    return program !== undefined && !WRAPPERS.includes(program) && !command.includes("-c");
  }),
  container(
    "a connection string is in the manifest",
    ({ env = [], envFrom }) =>
      envFrom === undefined &&
      env.every(({ value = "" }) => !/:\/\/[^/]*@|password/i.test(value)) &&
      env.some(
        ({ name, valueFrom }) => name === "LOCKSTEP_URL" && valueFrom?.secretKeyRef !== undefined,
      ),
  ),
  container("it may run as root, or the pod does not start with a USER by name", (one) => {
    const { runAsNonRoot, runAsUser = 0 } = one.securityContext ?? {};
    return runAsNonRoot === true && Number.isInteger(runAsUser) && runAsUser > 0;
  }),
  container("it has more rights than it needs", ({ securityContext = {} }) => {
    const { allowPrivilegeEscalation, privileged, capabilities, seccompProfile } = securityContext;
    return (
      allowPrivilegeEscalation === false &&
      privileged !== true &&
      capabilities?.drop?.includes("ALL") === true &&
      capabilities.add === undefined &&
      seccompProfile?.type === "RuntimeDefault"
    );
  }),
  container(
    "the root filesystem can be written to, or /tmp cannot",
    ({ securityContext, volumeMounts = [] }) =>
      securityContext?.readOnlyRootFilesystem === true &&
      volumeMounts.some(({ mountPath }) => mountPath === "/tmp"),
  ),
  container("nobody sees why it ended", ({ name, env = [], ...one }) => {
    const log = env.find((variable) => variable.name === "LOCKSTEP_TERMINATION_LOG")?.value;
    return (
      one.terminationMessagePolicy === "FallbackToLogsOnError" &&
      (name === "gate" || log === one.terminationMessagePath) &&
      one.terminationMessagePath === "/dev/termination-log"
    );
  }),
  container(
    "it has no request, or its CPU is throttled while it holds locks",
    ({ resources }) =>
      resources?.requests?.["cpu"] !== undefined &&
      resources.limits?.["memory"] !== undefined &&
      resources.limits["cpu"] === undefined,
  ),
  container(
    "old and new code are mixed: contract migrations run before the roll-out",
    ({ args = [] }) => args[0] !== "up" || args.includes("--phase"),
  ),

  // Pods
  object("a token of Kubernetes is mounted", (one) => {
    const spec = templateOf(one)?.spec;
    return spec === undefined || spec.automountServiceAccountToken === false;
  }),
  object("rights in Kubernetes are granted", ({ kind }) => !/Role|Binding/.test(kind)),
  object("a Service called lockstep sets LOCKSTEP_ variables", (one) => {
    const spec = templateOf(one)?.spec;
    return spec === undefined || spec.enableServiceLinks === false;
  }),
  object(
    "migrations come in a ConfigMap, which is too small for them",
    (one) =>
      one.kind !== "ConfigMap" &&
      (templateOf(one)?.spec.volumes ?? []).every(({ configMap }) => configMap === undefined),
  ),
  object("a volume is mounted that is not there", (one) => {
    const volumes = (templateOf(one)?.spec.volumes ?? []).map(({ name }) => name);
    return ours(one).every(({ volumeMounts = [] }) =>
      volumeMounts.every(({ name }) => volumes.includes(name)),
    );
  }),

  // Roll-outs
  object(
    "the roll-out counts as failed while the gate still waits",
    (one, { gateTimeout, attempt }) => {
      if (one.kind !== "Deployment") return true;
      const { progressDeadlineSeconds = 600 } = one.spec as DeploymentSpec;
      const migrates = ours(one).some(({ name }) => name === "migrate");
      return progressDeadlineSeconds > (migrates ? attempt : gateTimeout);
    },
  ),
  object("a probe starts a process and a connection for each look", (one) =>
    (templateOf(one)?.spec.containers ?? []).every(
      ({ readinessProbe }) => readinessProbe?.exec === undefined,
    ),
  ),
  object("the gate has the credentials of the migrator", (one, _context, all) => {
    const secretOf = ({ env = [] }: Container): string | undefined =>
      env.find(({ name }) => name === "LOCKSTEP_URL")?.valueFrom?.secretKeyRef?.name;
    const migrators = all
      .flatMap(ours)
      .filter(({ name }) => name === "migrate")
      .map(secretOf);
    return ours(one).every(
      (each) =>
        each.name !== "gate" ||
        (!migrators.includes(secretOf(each)) && secretOf(each)?.includes("migrator") !== true),
    );
  }),

  // Hooks
  object("a failed hook stops the next release, or its log is taken away", ({ metadata }) => {
    const { annotations = {} } = metadata;
    if (annotations["helm.sh/hook"] === undefined) return true;
    const policy = (annotations["helm.sh/hook-delete-policy"] ?? "").split(",");
    return policy.includes("before-hook-creation") && !policy.includes("hook-failed");
  }),
  object("a hook of Argo CD stops the next sync, or its log is taken away", ({ metadata }) => {
    const { annotations = {} } = metadata;
    if (annotations["argocd.argoproj.io/hook"] === undefined) return true;
    const policy = (annotations["argocd.argoproj.io/hook-delete-policy"] ?? "").split(",");
    return policy.includes("BeforeHookCreation") && !policy.includes("HookFailed");
  }),
  object("Helm's hooks are ignored, because there is one of Argo CD", (_one, _context, all) => {
    const keys = all.flatMap(({ metadata }) => Object.keys(metadata.annotations ?? {}));
    return !keys.includes("helm.sh/hook") || !keys.includes("argocd.argoproj.io/hook");
  }),
  object("a rollback of the release runs migrations", ({ metadata }) => {
    const hook = metadata.annotations?.["helm.sh/hook"] ?? "";
    return !/rollback|delete/.test(hook);
  }),
  object("the service account of a hook is not there yet", (one, _context, all) => {
    const weight = ({ metadata }: KubeObject): number | undefined => {
      const { annotations = {} } = metadata;
      const given =
        annotations["helm.sh/hook-weight"] ?? annotations["argocd.argoproj.io/sync-wave"];
      return given === undefined ? undefined : Number(given);
    };
    const name = templateOf(one)?.spec.serviceAccountName;
    const account = all.find(
      ({ kind, metadata }) => kind === "ServiceAccount" && metadata.name === name,
    );
    const own = weight(one);
    if (account === undefined || own === undefined) return true;
    return (weight(account) ?? Infinity) < own;
  }),

  // Schedules
  object("two runs of a schedule, one that is killed, or a schedule that stops for good", (one) => {
    if (one.kind !== "CronJob") return true;
    const { concurrencyPolicy, startingDeadlineSeconds = 0 } = one.spec as CronSpec;
    return concurrencyPolicy === "Forbid" && startingDeadlineSeconds >= 10;
  }),
];

export function trapsIn(objects: readonly KubeObject[], context: TrapContext): string[] {
  return TRAPS.flatMap(({ name, check }) =>
    check(objects, context).map((where) => `${name}: ${where}`),
  );
}
