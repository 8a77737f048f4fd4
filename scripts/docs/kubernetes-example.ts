/** The manifests of examples/kubernetes, as the command prints them there. */
import { readFile } from "node:fs/promises";
import type { KubernetesConfig } from "../../src/config/kubernetes-config.ts";
import { DEFAULT_SETTINGS } from "../../src/config/runner-defaults.ts";
import { buildManifests } from "../../src/manifests/build.ts";
import type { Pattern } from "../../src/manifests/manifest.ts";
import { manifestOptions } from "../../src/manifests/options.ts";

const EXAMPLE = "examples/kubernetes";
const FILES: Readonly<Record<string, Pattern>> = {
  "shop-migrate-job.yaml": "job",
  "shop-deployment.yaml": "gate",
  "shop-contract-cronjob.yaml": "cronjob",
};

export function exampleManifests(): { file: string; render: () => Promise<string> }[] {
  return Object.entries(FILES).map(([file, pattern]) => ({
    file: `${EXAMPLE}/k8s/${file}`,
    async render() {
      const path = new URL(`../../${EXAMPLE}/lockstep.config.json`, import.meta.url);
      const text = await readFile(path, "utf8");
      const { kubernetes } = JSON.parse(text) as { kubernetes: KubernetesConfig };
      const options = manifestOptions({ config: kubernetes, waits: DEFAULT_SETTINGS });
      const built = (await buildManifests(pattern, options)).find((one) => one.file === file);
      if (built === undefined) throw new Error(`${pattern} has no ${file}`);
      return built.yaml;
    },
  }));
}
