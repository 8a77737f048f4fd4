/** Pods that start only when the schema is there: by an init container, or by their readiness probe. */
import type { Manifest } from "../manifest.ts";
import type { ManifestOptions } from "../options.ts";
import { container } from "../parts/container.ts";
import { deployment } from "../parts/deployment.ts";
import { partsInput } from "../parts/input.ts";
import { gateRole } from "../parts/roles.ts";
import { field, map, type MapNode } from "../tree.ts";

/** What a pod needs besides the gate: an image to be pulled, the start of the application. */
const START_SECONDS = 300;

export function gatePattern(options: ManifestOptions): Manifest[] {
  const input = partsInput(options);
  const { gateTimeoutS } = options;
  const byProbe = options.gate === "readiness";
  return [
    {
      file: `${options.name}-deployment`,
      head: byProbe
        ? [
            "The application is ready when the schema is: its own probe asks `createSchemaReadiness` of the library.",
            "No further container. The pods start at once, so the code must bear a schema that is not there yet.",
          ]
        : [
            "The application starts when the schema has what this image ships.",
            "It fails closed: while a migration is missing or half done no new pod starts, and the old ones go on.",
          ],
      body: deployment(options, {
        initContainers: byProbe ? [] : [container(input, gateRole(gateTimeoutS))],
        ...(byProbe && { readinessProbe: probe(options) }),
        progressDeadline: {
          seconds: gateTimeoutS + START_SECONDS,
          why: `over the ${gateTimeoutS} s of the gate and the start: with less, a roll-out counts as failed while the gate still waits`,
        },
      }),
    },
  ];
}

/** By HTTP: an `exec` of lockstep would be a process and a connection for every look of every pod. */
function probe({ readiness }: ManifestOptions): MapNode {
  return map(
    field(
      "httpGet",
      map(field("path", readiness.path), field("port", "http")),
      "answered out of memory: many probes are at most one query a second",
    ),
    field("periodSeconds", 2),
    field("timeoutSeconds", 2),
    field("failureThreshold", 3),
  );
}
