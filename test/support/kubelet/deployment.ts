/** Plays a Deployment's pods: they start at once, and are there when their main containers run. */
import { waitUntil } from "../wait-until.ts";
import type { DeploymentSpec } from "./manifest.ts";
import { startPod, type Node, type Pod, type PodStatus } from "./pod.ts";

export interface Deployment {
  readonly pods: readonly Pod[];
  /** How many pods run their main containers. */
  available(): number;
  /** `kubectl rollout status`: waits until all pods are available. */
  rolledOut(deadlineMs?: number): Promise<void>;
  /** Scales down to nothing, and waits for the last pod to be gone. */
  remove(): Promise<readonly PodStatus[]>;
}

export function startDeployment(name: string, spec: DeploymentSpec, node: Node): Deployment {
  const { template, replicas = 1 } = spec;
  const pods = Array.from({ length: replicas }, (_, index) =>
    startPod(`${name}-${index}`, template.spec, node),
  );
  const available = (): number =>
    pods.filter(({ status }) => status.containers.every(({ state }) => state === "running")).length;
  return {
    pods,
    available,
    async rolledOut(deadlineMs = 30_000) {
      await waitUntil(() => available() === replicas, { deadlineMs, what: `${replicas} pods` });
    },
    remove() {
      for (const pod of pods) pod.delete();
      return Promise.all(pods.map((pod) => pod.ended));
    },
  };
}
