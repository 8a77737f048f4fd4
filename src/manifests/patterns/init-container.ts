/** Each pod migrates before it starts. For small installations; the warnings are in the output. */
import type { Manifest } from "../manifest.ts";
import type { ManifestOptions } from "../options.ts";
import { container } from "../parts/container.ts";
import { deployment } from "../parts/deployment.ts";
import { partsInput } from "../parts/input.ts";
import { GRACE_SECONDS, GRACE_WHY } from "../parts/pod.ts";
import { EXPAND } from "../parts/roles.ts";

const START_SECONDS = 300;

export function initContainerPattern(options: ManifestOptions): Manifest[] {
  const input = partsInput(options);
  return [
    {
      file: `${options.name}-deployment`,
      head: [
        "Every pod applies what its image ships before it starts. One works, the others wait for it.",
        "Prefer a Job and `--pattern gate`. What this costs:",
        `- every pod of the application has the credentials of the migrator (${options.secret.name});`,
        "- an init container begins again for ever: a failing migration is tried at each restart, with growing pauses;",
        "- a pod that is moved or scaled away takes the running migration with it;",
        "- a scale-out at night applies what was not applied.",
      ],
      body: deployment(options, {
        initContainers: [container(input, EXPAND)],
        progressDeadline: {
          seconds: options.attempt.seconds + START_SECONDS,
          why: `over the longest run: ${options.attempt.sum}, and the start`,
        },
        serviceAccount: options.serviceAccount,
        grace: { seconds: GRACE_SECONDS, why: GRACE_WHY },
      }),
    },
  ];
}
