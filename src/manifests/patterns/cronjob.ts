/** Contract migrations, tried again and again until the old release is gone. */
import type { Manifest } from "../manifest.ts";
import { joinName, LONGEST_CRONJOB_NAME } from "../names.ts";
import type { ManifestOptions } from "../options.ts";
import { cronjob } from "../parts/cronjob.ts";
import { partsInput } from "../parts/input.ts";

export function cronjobPattern(options: ManifestOptions): Manifest[] {
  const input = { ...partsInput(options), deadline: options.attempt };
  return [
    {
      file: `${options.name}-contract-cronjob`,
      head: [
        "Takes away what no running release needs any more: migrations marked `lockstep:phase contract`.",
        "While instances of an older release are seen it ends with 75 and changes nothing; the next time it is tried again.",
      ],
      body: cronjob(input, {
        name: joinName(options.name, "contract", LONGEST_CRONJOB_NAME),
        namespace: options.namespace,
        schedule: options.schedule,
      }),
    },
  ];
}
