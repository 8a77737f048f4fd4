/** `lockstep manifests`: what a cluster needs, as text. Connects to nothing. */
import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { buildManifests } from "../../manifests/build.ts";
import { imageWarning } from "../../manifests/image.ts";
import type { Pattern } from "../../manifests/manifest.ts";
import { manifestOptions } from "../../manifests/options.ts";
import type { CliContext } from "../context.ts";
import type { ProjectFlags } from "../flags.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface ManifestsFlags extends Pick<ProjectFlags, "config" | "env" | "json" | "quiet"> {
  readonly pattern: Pattern;
  readonly image?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly gate?: "init" | "readiness";
  readonly output?: string;
}

export function manifests(this: CliContext, flags: ManifestsFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const { pattern, image, name, namespace, gate, output } = flags;
    const project = await loadProject(this, flags, { needsUrl: false });
    const options = manifestOptions({
      config: project.deploy.kubernetes ?? {},
      waits: project.settings,
      image,
      name,
      namespace,
      gate,
      environment: project.environment,
    });
    const warning = imageWarning(options.image);
    if (warning !== undefined && !flags.quiet) this.process.stderr.write(`warning: ${warning}\n`);
    const built = await buildManifests(pattern, options);
    if (output !== undefined) {
      const folder = resolve(this.cwd, output);
      await mkdir(folder, { recursive: true });
      for (const { file, yaml } of built) await writeFile(join(folder, file), yaml);
      const files = built.map(({ file }) => join(output, file));
      reporter.result({ files }, () => files);
      return;
    }
    const { object } = built[0]!;
    reporter.result(built.length === 1 ? object : built.map((one) => one.object), () => [
      built.map(({ yaml }) => yaml.trimEnd()).join("\n---\n"),
    ]);
  });
}
