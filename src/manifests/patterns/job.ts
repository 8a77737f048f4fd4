/** A Job for pipelines that apply it before the roll-out. */
import type { Manifest } from "../manifest.ts";
import { joinName } from "../names.ts";
import { specId, type ManifestOptions } from "../options.ts";
import { partsInput } from "../parts/input.ts";
import { job } from "../parts/job.ts";

export function jobPattern(options: ManifestOptions): Manifest[] {
  const name = joinName(options.name, `migrate-${options.image.id}-${specId(options)}`);
  return [
    {
      file: `${options.name}-migrate-job`,
      head: [
        "Applies what the image ships, before the roll-out of that image.",
        "Roll out when it has completed. A gate in the pods protects the roll-out that does not wait.",
        `To run the same image once more after a failure: kubectl delete job ${name}`,
      ],
      body: job(partsInput(options), {
        name,
        nameWhy:
          "of the image and of these settings: a Job cannot be changed, and an old one must not stand in the way",
        namespace: options.namespace,
      }),
    },
  ];
}
