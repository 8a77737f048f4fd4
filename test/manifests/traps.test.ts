/** Each check for a trap finds the manifest that falls into it: a check that cannot fail is none. */
import { expect, test } from "vitest";
import type { Pattern } from "../../src/manifests/manifest.ts";
import {
  jobSpecOf,
  templateOf,
  type CronSpec,
  type DeploymentSpec,
  type KubeObject,
} from "./objects.ts";
import { contextOf, objectsOf } from "./support.ts";
import { TRAPS } from "./traps.ts";

interface Bad {
  readonly trap: RegExp;
  readonly pattern: Pattern;
  /** Makes the first object bad; what it returns is added. */
  readonly change: (one: KubeObject) => KubeObject | void;
}

const job = (
  trap: RegExp,
  change: (spec: NonNullable<ReturnType<typeof jobSpecOf>>) => void,
): Bad => ({
  trap,
  pattern: "job",
  change: (one) => change(jobSpecOf(one)!),
});

const run = (trap: RegExp, change: (one: ReturnType<typeof first>) => void): Bad => ({
  trap,
  pattern: "job",
  change: (one) => change(first(one)),
});

const first = (one: KubeObject) => {
  const { initContainers, containers } = templateOf(one)!.spec;
  return (initContainers ?? containers)[0]!;
};

const annotate = (one: KubeObject, values: Record<string, string>): void => {
  one.metadata.annotations = { ...one.metadata.annotations, ...values };
};

const valuesOf = (spec: NonNullable<ReturnType<typeof jobSpecOf>>): number[] =>
  spec.podFailurePolicy!.rules[1]!.onExitCodes!.values;

const BAD: readonly Bad[] = [
  job(/podFailurePolicy is refused/, (spec) => (spec.template.spec.restartPolicy = "OnFailure")),
  job(/several pods/, (spec) => (spec.parallelism = 2)),
  job(/exit codes are refused/, (spec) => valuesOf(spec).sort((a, b) => b - a)),
  job(/exit codes are refused/, (spec) => valuesOf(spec).push(81)),
  job(/exit codes are refused/, (spec) => valuesOf(spec).unshift(0)),
  job(/is tried again, or one that passes/, (spec) => valuesOf(spec).pop()),
  job(/is tried again, or one that passes/, (spec) => valuesOf(spec).splice(3, 0, 75)),
  job(/names no container/, (spec) => (spec.template.spec.containers[0]!.name = "other")),
  job(/drained node/, (spec) => spec.podFailurePolicy!.rules.shift()),
  job(
    /drained node/,
    (spec) => delete spec.podFailurePolicy!.rules[0]!.onPodConditions![0]!.status,
  ),
  job(/still writes its journal/, (spec) => (spec.podReplacementPolicy = "TerminatingOrFailed")),
  job(/evidence is gone/, (spec) => (spec.ttlSecondsAfterFinished = 60)),
  job(/deadline ends a run/, (spec) => (spec.activeDeadlineSeconds = 600)),
  job(/attempts go on for hours/, (spec) => (spec.backoffLimit = 0)),
  {
    trap: /cannot be changed/,
    pattern: "job",
    change: (one) => void (one.metadata.name = "migrate"),
  },
  {
    trap: /name is too long/,
    pattern: "cronjob",
    change: (one) => void (one.metadata.name = "a".repeat(53)),
  },
  job(
    /killed before it has stopped/,
    (spec) => delete spec.template.spec.terminationGracePeriodSeconds,
  ),
  {
    trap: /killed before it has stopped/,
    pattern: "init-container",
    change: (one) => void (templateOf(one)!.spec.terminationGracePeriodSeconds = 10),
  },
  job(
    /moved in the middle/,
    (spec) => delete spec.template.metadata!.annotations!["karpenter.sh/do-not-disrupt"],
  ),
  job(/sidecar/, (spec) => delete spec.template.metadata!.labels!["sidecar.istio.io/inject"]),
  run(/shell or npm/, (one) => (one.command = ["npx", "lockstep"])),
  run(/shell or npm/, (one) => (one.command = ["/bin/sh", "-c", "node main.js up"])),
  run(/shell or npm/, (one) => delete one.command),
  run(
    /connection string/,
    (one) => (one.env![0] = { name: "LOCKSTEP_URL", value: "postgres://a:b@c/d" }),
  ),
  run(/connection string/, (one) => (one.envFrom = [{ secretRef: { name: "all" } }])),
  run(/may run as root/, (one) => delete one.securityContext!.runAsUser),
  run(/may run as root/, (one) => (one.securityContext!.runAsUser = 0)),
  run(/more rights/, (one) => (one.securityContext!.capabilities = { drop: ["NET_RAW"] })),
  run(/root filesystem/, (one) => delete one.securityContext!.readOnlyRootFilesystem),
  run(/root filesystem/, (one) => (one.volumeMounts = [])),
  run(/nobody sees why/, (one) => (one.terminationMessagePolicy = "File")),
  run(/nobody sees why/, (one) => one.env!.pop()),
  run(/no request/, (one) => delete one.resources),
  run(/no request/, (one) => (one.resources!.limits!["cpu"] = "1")),
  run(/old and new code/, (one) => (one.args = ["up"])),
  job(/token of Kubernetes/, (spec) => delete spec.template.spec.automountServiceAccountToken),
  {
    trap: /rights in Kubernetes/,
    pattern: "job",
    change: () => ({
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "r" },
    }),
  },
  job(/Service called lockstep/, (spec) => delete spec.template.spec.enableServiceLinks),
  job(/ConfigMap/, (spec) => spec.template.spec.volumes!.push({ name: "sql", configMap: {} })),
  job(/volume is mounted/, (spec) => delete spec.template.spec.volumes),
  {
    trap: /gate still waits/,
    pattern: "gate",
    change: (one) => void delete (one.spec as DeploymentSpec).progressDeadlineSeconds,
  },
  {
    trap: /gate still waits/,
    pattern: "init-container",
    change: (one) => void ((one.spec as DeploymentSpec).progressDeadlineSeconds = 900),
  },
  {
    trap: /probe starts a process/,
    pattern: "gate",
    change: (one) =>
      void (templateOf(one)!.spec.containers[0]!.readinessProbe = {
        exec: { command: ["lockstep", "gate"] },
      }),
  },
  {
    trap: /credentials of the migrator/,
    pattern: "gate",
    change: (one) => void (first(one).env![0]!.valueFrom!.secretKeyRef!.name = "shop-migrator"),
  },
  {
    trap: /failed hook stops/,
    pattern: "helm-hook",
    change: (one) => annotate(one, { "helm.sh/hook-delete-policy": "hook-succeeded" }),
  },
  {
    trap: /failed hook stops/,
    pattern: "helm-hook",
    change: (one) =>
      annotate(one, { "helm.sh/hook-delete-policy": "before-hook-creation,hook-failed" }),
  },
  {
    trap: /hook of Argo CD stops/,
    pattern: "argo-presync",
    change: (one) => annotate(one, { "argocd.argoproj.io/hook-delete-policy": "HookFailed" }),
  },
  {
    trap: /hooks are ignored/,
    pattern: "helm-hook",
    change: (one) => annotate(one, { "argocd.argoproj.io/hook": "PreSync" }),
  },
  {
    trap: /rollback of the release/,
    pattern: "helm-hook",
    change: (one) => annotate(one, { "helm.sh/hook": "pre-upgrade,pre-rollback" }),
  },
  {
    trap: /service account of a hook/,
    pattern: "helm-hook",
    change(one) {
      templateOf(one)!.spec.serviceAccountName = "sa";
      return { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "sa" } };
    },
  },
  {
    trap: /two runs of a schedule/,
    pattern: "cronjob",
    change: (one) => void ((one.spec as CronSpec).concurrencyPolicy = "Replace"),
  },
  {
    trap: /two runs of a schedule/,
    pattern: "cronjob",
    change: (one) => void delete (one.spec as CronSpec).startingDeadlineSeconds,
  },
];

test.each(BAD.map((bad, index) => [`${index + 1}: ${bad.trap.source}`, bad] as const))(
  "bad manifest %s",
  async (_, { trap: name, pattern, change }) => {
    const objects = await objectsOf(pattern);
    const trap = TRAPS.filter((one) => name.test(one.name));
    expect(trap).toHaveLength(1);
    expect(trap[0]!.check(objects, contextOf())).toEqual([]);
    const more = change(objects[0]!);
    expect(trap[0]!.check(more ? [...objects, more] : objects, contextOf())).not.toEqual([]);
  },
);

test("each trap has a bad manifest", () => {
  const proved = TRAPS.filter(({ name }) => BAD.some(({ trap }) => trap.test(name)));
  expect(TRAPS.filter((one) => !proved.includes(one)).map(({ name }) => name)).toEqual([]);
});
