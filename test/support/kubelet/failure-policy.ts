/** What the Job controller decides of a failed pod. */
import type { JobSpec } from "./manifest.ts";
import type { PodStatus } from "./pod.ts";

export type Verdict = "FailJob" | "Ignore" | "Count";

/** The first rule that matches; without any, the failure counts. */
export function verdictOn(status: PodStatus, { podFailurePolicy }: JobSpec): Verdict {
  const ends = [...status.initContainers, ...status.containers].filter(
    ({ exitCode }) => exitCode !== undefined && exitCode !== 0,
  );
  for (const { action, onExitCodes, onPodConditions } of podFailurePolicy?.rules ?? []) {
    const byCode = ends.some(({ name, exitCode = 0 }) => {
      if (onExitCodes === undefined) return false;
      if (onExitCodes.containerName !== undefined && onExitCodes.containerName !== name) {
        return false;
      }
      return onExitCodes.values.includes(exitCode) === (onExitCodes.operator === "In");
    });
    const byCondition = onPodConditions?.some((wanted) =>
      status.conditions.some(
        ({ type, status }) => type === wanted.type && status === (wanted.status ?? "True"),
      ),
    );
    if (byCode || byCondition === true) return action;
  }
  return "Count";
}
