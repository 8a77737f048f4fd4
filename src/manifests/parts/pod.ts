/** The pod of a Job: it runs once, ends by itself, and needs nothing of Kubernetes. */
import { field, list, map, maybe, type MapNode } from "../tree.ts";
import { container, tmpVolume, type Role } from "./container.ts";
import { MESH_LABELS, type PartsInput } from "./input.ts";

/**
 * What a run takes at most to stop in order: ten seconds for the running statement to be cancelled,
 * five to tell whoever is told, two for open connections.
 */
export const STOP_SECONDS = 17;
export const GRACE_SECONDS = 60;

export const GRACE_WHY = `a run that is told to stop cancels its statement, writes its journal and is gone within ${STOP_SECONDS} s; what is killed instead is left to the next run`;

export function jobPod(input: PartsInput, role: Role): MapNode {
  return map(
    field(
      "metadata",
      map(field("labels", input.podLabels), field("annotations", stayAnnotations())),
    ),
    field(
      "spec",
      map(
        field(
          "restartPolicy",
          "Never",
          "podFailurePolicy asks for it, and each attempt keeps a pod with its own log",
        ),
        field("terminationGracePeriodSeconds", GRACE_SECONDS, GRACE_WHY),
        maybe(
          "serviceAccountName",
          input.serviceAccount,
          "for the identity at the database; it has no Role, none is needed",
        ),
        field("automountServiceAccountToken", false, "lockstep never talks to the Kubernetes API"),
        field(
          "enableServiceLinks",
          false,
          "a Service called `lockstep` would put LOCKSTEP_… variables into the container",
        ),
        maybe("imagePullSecrets", input.imagePullSecrets),
        maybe("priorityClassName", input.priorityClass, "not preempted by batch work"),
        field("containers", list(container(input, role))),
        field("volumes", list(tmpVolume())),
      ),
    ),
  );
}

/** Moving a pod costs a long index build everything that it has done. */
function stayAnnotations(): MapNode {
  return map(
    field(
      "karpenter.sh/do-not-disrupt",
      "true",
      "not moved to make nodes fuller: an index build would begin again",
    ),
    field("cluster-autoscaler.kubernetes.io/safe-to-evict", "false"),
    ...MESH_LABELS.map((one) =>
      field(one.key, one.value, "the same for versions of Istio that read annotations"),
    ),
    field("linkerd.io/inject", "disabled"),
  );
}
