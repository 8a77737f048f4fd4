/** Bundles the yardsticks as the command itself is bundled, so that loading modules is not compared. */
import { mkdir, readdir } from "node:fs/promises";
import { join, parse } from "node:path";
import { rolldown, type Plugin } from "rolldown";
import { WORK } from "./work.ts";

const SOURCES = join(import.meta.dirname, "baseline");

export type Script = (name: string) => string;

/**
 * pg builds a `Response` to find out whether it runs at Cloudflare, and Node 20 loads all of undici
 * for that. The published command is bundled without the question; a yardstick of the same kind
 * must be, too (`<name>-lean`), or the comparison flatters us.
 */
const withoutCloudflareProbe: Plugin = {
  name: "without-cloudflare-probe",
  transform: {
    filter: { id: /[\\/]pg[\\/]lib[\\/]stream\.js$/ },
    handler: (code) => code.replace("typeof Response === 'function'", "false"),
  },
};

/** Builds every script in baseline/, plain and lean; returns where each one is. */
export async function bundleBaselines(): Promise<Script> {
  const out = join(WORK, "baseline");
  await mkdir(out, { recursive: true });
  for (const file of await readdir(SOURCES)) {
    for (const [suffix, plugins] of [
      ["", []],
      ["-lean", [withoutCloudflareProbe]],
    ] as const) {
      const bundle = await rolldown({
        input: join(SOURCES, file),
        platform: "node",
        external: ["pg-native", "pg-cloudflare"],
        plugins: [...plugins],
        logLevel: "silent",
      });
      const name = `${parse(file).name}${suffix}.mjs`;
      await bundle.write({ file: join(out, name), format: "esm" });
      await bundle.close();
    }
  }
  return (name) => join(out, `${name}.mjs`);
}
