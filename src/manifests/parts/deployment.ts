/** The Deployment around an init container or a probe: what is yours in it is named so. */
import type { ManifestOptions } from "../options.ts";
import { field, list, map, mapOf, type MapNode, type Value } from "../tree.ts";
import { tmpVolume } from "./container.ts";

export interface DeploymentParts {
  readonly initContainers: readonly MapNode[];
  readonly readinessProbe?: MapNode;
  readonly progressDeadline: { readonly seconds: number; readonly why: string };
  readonly serviceAccount?: string | undefined;
  readonly grace?: { readonly seconds: number; readonly why: string };
}

export function deployment(options: ManifestOptions, parts: DeploymentParts): MapNode {
  const labels = mapOf({ "app.kubernetes.io/name": options.name });
  const { initContainers, readinessProbe, grace } = parts;
  const secrets = options.imagePullSecrets.map((name) => map(field("name", name)));
  return map(
    field("apiVersion", "apps/v1"),
    field("kind", "Deployment"),
    field(
      "metadata",
      map(
        field("name", options.name),
        field("namespace", options.namespace),
        field("labels", map(...labels.fields, ...mapOf(options.labels).fields)),
      ),
    ),
    field(
      "spec",
      map(
        field(
          "progressDeadlineSeconds",
          parts.progressDeadline.seconds,
          parts.progressDeadline.why,
        ),
        field("selector", map(field("matchLabels", labels))),
        field(
          "strategy",
          map(
            field("type", "RollingUpdate"),
            field(
              "rollingUpdate",
              map(
                field(
                  "maxUnavailable",
                  0,
                  "the old pods serve until a new one is ready: a schema that is not there stops the roll-out, not the service",
                ),
                field("maxSurge", 1, "one new pod at a time waits, and not all of them"),
              ),
            ),
          ),
        ),
        field(
          "template",
          map(
            field("metadata", map(field("labels", labels))),
            field(
              "spec",
              map(
                grace && field("terminationGracePeriodSeconds", grace.seconds, grace.why),
                field("serviceAccountName", parts.serviceAccount),
                field(
                  "automountServiceAccountToken",
                  false,
                  "lockstep never talks to the Kubernetes API; true only if your own code does",
                ),
                field(
                  "enableServiceLinks",
                  false,
                  "a Service called `lockstep` would set LOCKSTEP_… variables",
                ),
                secrets.length === 0 ? undefined : field("imagePullSecrets", list(...secrets)),
                initContainers.length === 0
                  ? undefined
                  : field("initContainers", list(...initContainers)),
                field("containers", list(appContainer(options, readinessProbe))),
                initContainers.length === 0 ? undefined : field("volumes", list(tmpVolume())),
              ),
            ),
          ),
        ),
      ),
    ),
  );
}

function appContainer({ image, readiness }: ManifestOptions, probe: MapNode | undefined): Value {
  const ports = list(map(field("name", "http"), field("containerPort", readiness.port)));
  return map(
    field("name", "app", "your container, as it is; the same digest as the Job's"),
    field("image", image.text),
    probe && field("ports", ports),
    probe && field("readinessProbe", probe),
  );
}
