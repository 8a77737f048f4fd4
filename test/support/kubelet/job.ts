/**
 * Plays the Job controller, for one completion at a time.
 *
 * C1. A failed pod is judged by podFailurePolicy: it counts, it does not, or the Job has failed.
 * C2. More counted failures than backoffLimit: the Job has failed. Before each further pod there is
 *     a back-off of 10 s that doubles up to 6 min (scaled).
 * C3. A replacement starts when the pod before it has ended; with TerminatingOrFailed, which is the
 *     default without a podFailurePolicy, already when it is told to go.
 * C4. activeDeadlineSeconds counts from the start of the Job, over all pods.
 */
import { setTimeout as pause } from "node:timers/promises";
import { waitUntil } from "../wait-until.ts";
import { verdictOn } from "./failure-policy.ts";
import { refusalOf, type JobSpec } from "./manifest.ts";
import { startPod, type Node, type Pod, type PodStatus } from "./pod.ts";

export interface JobResult {
  readonly condition: "Complete" | "Failed";
  readonly reason?: "BackoffLimitExceeded" | "PodFailurePolicy" | "DeadlineExceeded";
  /** Failures that counted. */
  readonly failed: number;
  /** In the order of their start, and all of them have ended. */
  readonly pods: readonly PodStatus[];
}

export interface Job {
  readonly done: Promise<JobResult>;
  /** The pod of this number, from 0, once it is there. */
  pod(index: number): Promise<Pod>;
  /**
   * "The same program may sometimes be started twice": another pod for the same completion, on a
   * node that the controller does not hear of any more.
   */
  startTwin(): Pod;
}

const FIRST_BACK_OFF_S = 10;
const LAST_BACK_OFF_S = 360;

export function startJob(name: string, spec: JobSpec, node: Node): Job {
  const refused = refusalOf(spec);
  if (refused !== undefined) throw new Error(`Job ${name} is invalid: ${refused}`);
  if ((spec.parallelism ?? 1) !== 1 || (spec.completions ?? 1) !== 1) {
    throw new Error(`Job ${name}: only one pod at a time is played`);
  }
  const pods: Pod[] = [];
  const create = (): Pod => {
    const pod = startPod(`${name}-${pods.length}`, spec.template.spec, node);
    pods.push(pod);
    return pod;
  };
  const over = new AbortController();
  const deadline =
    spec.activeDeadlineSeconds === undefined
      ? undefined
      : setTimeout(() => {
          over.abort();
          for (const pod of pods) pod.delete();
        }, spec.activeDeadlineSeconds * 1_000);

  const end = async (
    failed: number,
    result: Pick<JobResult, "condition" | "reason">,
  ): Promise<JobResult> => {
    clearTimeout(deadline);
    return { ...result, failed, pods: await Promise.all(pods.map((pod) => pod.ended)) };
  };
  const policy =
    spec.podReplacementPolicy ??
    (spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed");
  const control = async (): Promise<JobResult> => {
    let failed = 0;
    for (;;) {
      const pod = create();
      await (policy === "Failed" ? pod.ended : Promise.race([pod.ended, pod.terminating]));
      if (pod.status.phase === "Succeeded") return end(failed, { condition: "Complete" });
      if (over.signal.aborted) {
        return end(failed, { condition: "Failed", reason: "DeadlineExceeded" });
      }
      const verdict = verdictOn(pod.status, spec);
      if (verdict === "FailJob") {
        return end(failed, { condition: "Failed", reason: "PodFailurePolicy" });
      }
      if (verdict === "Ignore") continue;
      failed += 1;
      if (failed > (spec.backoffLimit ?? 6)) {
        return end(failed, { condition: "Failed", reason: "BackoffLimitExceeded" });
      }
      const seconds = Math.min(FIRST_BACK_OFF_S * 2 ** (failed - 1), LAST_BACK_OFF_S);
      await pause(seconds * (node.backOffSecondMs ?? 10), undefined, { signal: over.signal }).catch(
        () => undefined,
      );
      if (over.signal.aborted) {
        return end(failed, { condition: "Failed", reason: "DeadlineExceeded" });
      }
    }
  };
  const done = control();
  done.catch(() => {});
  return {
    done,
    pod: (index) => waitUntil(() => pods[index], { deadlineMs: 30_000, what: `pod ${index}` }),
    startTwin: () => startPod(`${name}-twin`, spec.template.spec, node),
  };
}
