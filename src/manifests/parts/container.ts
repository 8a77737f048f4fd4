/** The containers in which lockstep runs, and what all of them have. */
import { field, list, map, type MapNode, type Value } from "../tree.ts";
import type { PartsInput } from "./input.ts";

export const TERMINATION_LOG = "/dev/termination-log";

export interface Role {
  /** The container. */
  readonly name: "migrate" | "gate";
  readonly args: readonly Value[];
  readonly why: string;
}

export function container(input: PartsInput, role: Role): MapNode {
  const isRun = role.name === "migrate";
  const secret = isRun ? input.secret : input.gateSecret;
  return map(
    field("name", role.name),
    field(
      "image",
      input.image,
      "the image of the application itself: code and migrations are one release",
    ),
    field(
      "command",
      input.command,
      "exec form: a shell or npm in between would keep SIGTERM from node",
    ),
    field("args", list(...role.args), role.why),
    field("env", list(urlOf(secret, role), isRun ? terminationLog() : undefined, ...input.env)),
    field("terminationMessagePath", TERMINATION_LOG),
    field(
      "terminationMessagePolicy",
      "FallbackToLogsOnError",
      isRun
        ? "the summary of the run; after a kill, which leaves none, the end of the log"
        : "the end of the log, which says what is missing: kubectl describe pod shows it",
    ),
    field("resources", input.resources),
    field("securityContext", containerSecurity(input)),
    field("volumeMounts", list(map(field("name", "tmp"), field("mountPath", "/tmp")))),
  );
}

function urlOf(secret: PartsInput["secret"], { name }: Role): MapNode {
  return map(
    field("name", "LOCKSTEP_URL"),
    field(
      "valueFrom",
      map(field("secretKeyRef", map(field("name", secret.name), field("key", secret.key)))),
      name === "gate"
        ? "by reference; a role that may SELECT the history is enough (lockstep grants --gate)"
        : "by reference; a direct connection as the migrator, not the pooler of the application",
    ),
  );
}

function terminationLog(): MapNode {
  return map(
    field("name", "LOCKSTEP_TERMINATION_LOG"),
    field(
      "value",
      TERMINATION_LOG,
      "where the run leaves its summary: kubectl describe pod shows it",
    ),
  );
}

/** Of the container and not of the pod, where it would hold for the application beside it as well. */
function containerSecurity({ runAsUser }: PartsInput): MapNode {
  return map(
    field("runAsNonRoot", true),
    field(
      "runAsUser",
      runAsUser,
      "a number: `USER node` in an image cannot be proved to be no root, and the pod would not start",
    ),
    field("runAsGroup", runAsUser),
    field("allowPrivilegeEscalation", false),
    field("readOnlyRootFilesystem", true, "lockstep writes to /tmp only"),
    field("capabilities", map(field("drop", list("ALL"))), "it needs the network and nothing else"),
    field("seccompProfile", map(field("type", "RuntimeDefault"))),
  );
}

export function tmpVolume(): MapNode {
  return map(
    field("name", "tmp"),
    field("emptyDir", map(field("sizeLimit", "64Mi")), "the one place that can be written to"),
  );
}
