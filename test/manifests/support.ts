/** Manifests as the command prints them, from text back to objects. */
import { DEFAULT_SETTINGS } from "../../src/config/runner-defaults.ts";
import { buildManifests } from "../../src/manifests/build.ts";
import type { Pattern } from "../../src/manifests/manifest.ts";
import { manifestOptions, type ManifestInput } from "../../src/manifests/options.ts";
import { parseObjects, type KubeObject } from "./objects.ts";
import type { TrapContext } from "./traps.ts";

export const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
export const IMAGE = `registry.example.com/team/shop@${DIGEST}`;

export type Given = Partial<ManifestInput>;

export function inputOf(given: Given = {}): ManifestInput {
  return { config: {}, waits: DEFAULT_SETTINGS, image: IMAGE, ...given };
}

export async function objectsOf(pattern: Pattern, given: Given = {}): Promise<KubeObject[]> {
  const built = await buildManifests(pattern, manifestOptions(inputOf(given)));
  return built.flatMap(({ yaml }) => parseObjects(yaml));
}

/** What the traps measure against, summed up here by hand and not by the code under test. */
export function contextOf(given: Given = {}): TrapContext {
  const { config, waits } = inputOf(given);
  const { connectWaitMs, lockWaitMs, budgetMs } = waits;
  const once = (connectWaitMs + lockWaitMs + budgetMs) / 1000;
  const { backoffLimit = 4 } = config;
  let pauses = 0;
  for (let n = 0; n < backoffLimit; n++) pauses += Math.min(360, 10 * 2 ** n);
  const work = typeof config.longestMigration === "number" ? config.longestMigration / 1000 : 1800;
  return {
    needed: once * (backoffLimit + 1) + pauses + work,
    attempt: once + work,
    gateTimeout: typeof config.gateTimeout === "number" ? config.gateTimeout / 1000 : 600,
    imageId: "0123456789",
  };
}
