/** The same Job as a hook, for the templates folder of a chart of your own. */
import type { Manifest } from "../manifest.ts";
import { joinName } from "../names.ts";
import type { ManifestOptions } from "../options.ts";
import { helmHook } from "../parts/hooks.ts";
import { partsInput } from "../parts/input.ts";
import { job } from "../parts/job.ts";

/** Helm's own timeout ends only its waiting: the Job would go on, and the release be stuck. */
export function helmTimeoutSeconds(deadlineSeconds: number): number {
  return deadlineSeconds + 120;
}

export function helmHookPattern(options: ManifestOptions): Manifest[] {
  const { deadline, secret } = options;
  return [
    {
      file: `${options.name}-migrate-hook`,
      head: [
        "Applies what the image ships before Helm changes anything.",
        `Run: helm upgrade --install --timeout ${helmTimeoutSeconds(deadline.seconds)}s, longer than the Job may take; a shorter one leaves the Job running and the release in pending-upgrade.`,
        `The Secret ${secret.name} has to be there before: made outside of the chart, or as a hook of a lower weight.`,
      ],
      body: escaped(
        job(partsInput(options), {
          name: joinName(options.name, `migrate-${options.image.id}`),
          nameWhy: "of the image: a Job cannot be changed",
          namespace: options.namespace,
          annotations: helmHook(0),
        }),
      ),
    },
  ];
}

/** Helm reads the file as a template: what looks like an expression of it is none. */
function escaped<T>(value: T): T {
  if (typeof value === "string") return value.replaceAll("{{", '{{ "{{" }}') as T;
  if (Array.isArray(value)) return value.map(escaped) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, escaped(one)])) as T;
}
