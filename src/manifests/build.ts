/** The documents of a pattern, and their text. */
import type { Manifest, Pattern } from "./manifest.ts";
import type { ManifestOptions } from "./options.ts";
import { argoPresyncPattern } from "./patterns/argo-presync.ts";
import { cronjobPattern } from "./patterns/cronjob.ts";
import { gatePattern } from "./patterns/gate.ts";
import { helmHookPattern } from "./patterns/helm-hook.ts";
import { initContainerPattern } from "./patterns/init-container.ts";
import { jobPattern } from "./patterns/job.ts";
import { createPrinter } from "./print.ts";
import { toPlain, type Plain } from "./tree.ts";

const BUILDERS: Readonly<Record<Pattern, (options: ManifestOptions) => Manifest[]>> = {
  job: jobPattern,
  "helm-hook": helmHookPattern,
  "argo-presync": argoPresyncPattern,
  "init-container": initContainerPattern,
  gate: gatePattern,
  cronjob: cronjobPattern,
};

export interface BuiltManifest {
  /** With its `.yaml`. */
  readonly file: string;
  readonly yaml: string;
  readonly object: Plain;
}

export async function buildManifests(
  pattern: Pattern,
  options: ManifestOptions,
): Promise<BuiltManifest[]> {
  const print = await createPrinter();
  return BUILDERS[pattern](options).map(({ file, head, body }) => ({
    file: `${file}.yaml`,
    yaml: print(body, head),
    object: toPlain(body),
  }));
}
