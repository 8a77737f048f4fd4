/** The traps of Jobs: what a check says of one object. */
import { EXIT_CODES, type ExitCode } from "../../src/failures/exit-codes.ts";
import { STOP_SECONDS } from "../../src/manifests/parts/pod.ts";
import { jobSpecOf, templateOf, type JobSpec, type KubeObject } from "./objects.ts";
import type { TrapContext } from "./traps.ts";

interface JobTrap {
  readonly name: string;
  readonly check: (one: KubeObject, context: TrapContext) => boolean;
}

const DAY_SECONDS = 86_400;

function job(
  name: string,
  check: (spec: JobSpec, one: KubeObject, context: TrapContext) => boolean,
): JobTrap {
  return {
    name,
    check(one, context) {
      const spec = jobSpecOf(one);
      return spec === undefined || check(spec, one, context);
    },
  };
}

const valuesOf = ({ podFailurePolicy }: JobSpec): number[] =>
  podFailurePolicy?.rules.find(({ action }) => action === "FailJob")?.onExitCodes?.values ?? [];

export const JOB_TRAPS: readonly JobTrap[] = [
  job(
    "podFailurePolicy is refused, or attempts lose their logs",
    ({ template }) => template.spec.restartPolicy === "Never",
  ),
  job(
    "several pods run at once",
    ({ parallelism, completions }) => parallelism === 1 && completions === 1,
  ),
  job("the exit codes are refused: not sorted, not unique, or with 0", (spec) => {
    const values = valuesOf(spec);
    const sorted = [...new Set(values)].toSorted((a, b) => a - b);
    return values.length > 0 && !values.includes(0) && String(values) === String(sorted);
  }),
  job("a failure that is the same each time is tried again, or one that passes is not", (spec) => {
    const hopeless = (Object.values(EXIT_CODES) as ExitCode[])
      .filter(({ code, retry }) => code !== 0 && retry !== "yes")
      .map(({ code }) => code);
    return String(valuesOf(spec).toSorted((a, b) => a - b)) === String(hopeless);
  }),
  job("the rule of exit codes names no container of the pod", ({ podFailurePolicy, template }) =>
    (podFailurePolicy?.rules ?? []).every(
      ({ onExitCodes }) =>
        onExitCodes === undefined ||
        template.spec.containers.some(({ name }) => name === onExitCodes.containerName),
    ),
  ),
  job("a drained node costs an attempt", ({ podFailurePolicy }) => {
    const first = podFailurePolicy?.rules[0];
    return (
      first?.action === "Ignore" &&
      first.onPodConditions?.some(
        ({ type, status }) => type === "DisruptionTarget" && status === "True",
      ) === true
    );
  }),
  job(
    "the next pod starts while the last one still writes its journal",
    ({ podReplacementPolicy }) => podReplacementPolicy === "Failed",
  ),
  job("the evidence is gone, and Argo CD waits for a Job that is not there", (spec, { kind }) => {
    const { ttlSecondsAfterFinished: ttl } = spec;
    return kind === "CronJob" ? ttl === undefined : ttl === undefined || ttl >= DAY_SECONDS;
  }),
  job("the deadline ends a run that may still succeed", (spec, { kind }, { needed, attempt }) => {
    const { activeDeadlineSeconds = 0 } = spec;
    return activeDeadlineSeconds >= (kind === "CronJob" ? attempt : needed);
  }),
  job("attempts go on for hours, or there is none", ({ backoffLimit = 6 }, { kind }) =>
    kind === "CronJob" ? backoffLimit === 0 : backoffLimit >= 1 && backoffLimit <= 6,
  ),
  {
    name: "an old Job of the same name cannot be changed",
    check: ({ kind, metadata }, { imageId }) => kind !== "Job" || metadata.name.includes(imageId),
  },
  {
    name: "the name is too long for the labels of pods",
    check: ({ kind, metadata }) => metadata.name.length <= (kind === "CronJob" ? 52 : 63),
  },
  {
    name: "the run is killed before it has stopped in order",
    check(one) {
      const spec = templateOf(one)?.spec;
      const migrates = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].some(
        ({ name }) => name === "migrate",
      );
      return !migrates || (spec?.terminationGracePeriodSeconds ?? 30) >= 2 * STOP_SECONDS;
    },
  },
  job("the pod is moved in the middle of an index build", ({ template }) => {
    const { annotations = {} } = template.metadata ?? {};
    return (
      annotations["karpenter.sh/do-not-disrupt"] === "true" &&
      annotations["cluster-autoscaler.kubernetes.io/safe-to-evict"] === "false"
    );
  }),
  job("a sidecar keeps the Job from ending", ({ template }) => {
    const { annotations = {}, labels = {} } = template.metadata ?? {};
    const key = "sidecar.istio.io/inject";
    return (
      annotations[key] === "false" &&
      labels[key] === "false" &&
      annotations["linkerd.io/inject"] === "disabled"
    );
  }),
];
