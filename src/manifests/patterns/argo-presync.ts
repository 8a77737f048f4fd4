/** The same Job as a hook of Argo CD. */
import type { Manifest } from "../manifest.ts";
import { joinName } from "../names.ts";
import type { ManifestOptions } from "../options.ts";
import { argoHook } from "../parts/hooks.ts";
import { partsInput } from "../parts/input.ts";
import { job } from "../parts/job.ts";

export function argoPresyncPattern(options: ManifestOptions): Manifest[] {
  const { secret, serviceAccount } = options;
  const needed = [
    `the Secret ${secret.name}`,
    ...(serviceAccount === undefined ? [] : [`the ServiceAccount ${serviceAccount}`]),
  ];
  return [
    {
      file: `${options.name}-migrate-presync`,
      head: [
        "Applies what the image ships before Argo CD syncs the application.",
        `PreSync comes before every object of the same application: ${needed.join(" and ")} must be there already, or be PreSync hooks with a lower sync-wave.`,
        "A selective sync runs no hooks, and a sync that overtakes another may skip them: keep the gate in the pods.",
        "Do not add Helm's hooks to it: with one hook of Argo CD it ignores all of Helm's.",
      ],
      body: job(partsInput(options), {
        name: joinName(options.name, `migrate-${options.image.id}`),
        nameWhy:
          "of the image: Argo CD takes a Job of the last sync, still there and healthy, for this one",
        namespace: options.namespace,
        annotations: argoHook(0),
      }),
    },
  ];
}
