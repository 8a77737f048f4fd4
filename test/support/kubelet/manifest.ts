/**
 * The part of batch/v1 and core/v1 that is played: the names are those of the API, so that a parsed
 * manifest can be given as it is. What is not named here is ignored.
 */
export interface ContainerSpec {
  readonly name: string;
  /** Left out, the image's entrypoint is what runs: `lockstep`. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly { readonly secretRef?: { readonly name: string } }[];
  /** Default /dev/termination-log. */
  readonly terminationMessagePath?: string;
  readonly terminationMessagePolicy?: "File" | "FallbackToLogsOnError";
}

export interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } };
}

export interface PodSpec {
  readonly restartPolicy?: "Never" | "OnFailure" | "Always";
  /** Default 30. */
  readonly terminationGracePeriodSeconds?: number;
  readonly initContainers?: readonly ContainerSpec[];
  readonly containers: readonly ContainerSpec[];
}

export interface OnExitCodes {
  readonly containerName?: string;
  readonly operator: "In" | "NotIn";
  readonly values: readonly number[];
}

export interface PodFailureRule {
  readonly action: "FailJob" | "Ignore" | "Count";
  readonly onExitCodes?: OnExitCodes;
  readonly onPodConditions?: readonly { readonly type: string; readonly status?: string }[];
}

export interface JobSpec {
  readonly parallelism?: number;
  readonly completions?: number;
  /** Default 6. */
  readonly backoffLimit?: number;
  readonly activeDeadlineSeconds?: number;
  readonly podReplacementPolicy?: "TerminatingOrFailed" | "Failed";
  readonly podFailurePolicy?: { readonly rules: readonly PodFailureRule[] };
  readonly template: { readonly spec: PodSpec };
}

export interface DeploymentSpec {
  readonly replicas?: number;
  readonly template: { readonly spec: PodSpec };
}

/** What the API server refuses of a Job; a harness that takes more than a cluster proves nothing. */
export function refusalOf(job: JobSpec): string | undefined {
  const { restartPolicy } = job.template.spec;
  if (restartPolicy !== "Never" && restartPolicy !== "OnFailure") {
    return "restartPolicy of a Job is Never or OnFailure";
  }
  if (job.podFailurePolicy === undefined) return undefined;
  if (restartPolicy !== "Never") return "podFailurePolicy needs restartPolicy Never";
  if ((job.podReplacementPolicy ?? "Failed") !== "Failed") {
    return "podFailurePolicy needs podReplacementPolicy Failed";
  }
  const names = [...(job.template.spec.initContainers ?? []), ...job.template.spec.containers].map(
    ({ name }) => name,
  );
  for (const { onExitCodes, onPodConditions } of job.podFailurePolicy.rules) {
    if ((onExitCodes === undefined) === (onPodConditions === undefined)) {
      return "a rule has one of onExitCodes and onPodConditions";
    }
    if (onPodConditions?.some(({ status }) => status === undefined)) {
      return "a condition has a status";
    }
    if (onExitCodes === undefined) continue;
    const { containerName, operator, values } = onExitCodes;
    const sorted = [...new Set(values)].toSorted((a, b) => a - b);
    if (values.length === 0 || values.some((value, index) => value !== sorted[index])) {
      return "values of onExitCodes are sorted and unique";
    }
    if (operator === "In" && values.includes(0)) return "0 is no failure";
    if (containerName !== undefined && !names.includes(containerName)) {
      return `there is no container ${containerName}`;
    }
  }
  return undefined;
}
