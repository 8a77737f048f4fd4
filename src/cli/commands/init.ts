/** `lockstep init`: a migrations folder and a configuration file; what is there stays. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DEFAULT_DIR } from "../../config/settings.ts";
import type { CliContext } from "../context.ts";
import type { OutputFlags } from "../flags.ts";
import { withReporter } from "../with-reporter.ts";

export interface InitFlags extends OutputFlags {
  readonly jsonConfig?: boolean;
}

const CONFIG_NAME = /^lockstep\.config\.\w+$/;

const TS_CONFIG = `import { defineConfig } from "lockstep";

export default defineConfig({
  dir: "${DEFAULT_DIR}",
  // The database comes from --url, from DATABASE_URL, or from here:
  // url: process.env.APP_DATABASE_URL,
});
`;

const JSON_CONFIG = `${JSON.stringify({ dir: DEFAULT_DIR }, null, 2)}\n`;

export function init(this: CliContext, flags: InitFlags): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const { cwd } = this;
    const created: string[] = [];
    const kept: string[] = [];
    const firstMade = await mkdir(join(cwd, DEFAULT_DIR), { recursive: true });
    (firstMade === undefined ? kept : created).push(`${DEFAULT_DIR}/`);

    // Two configuration files would be an error, so one of any kind counts as there.
    const existing = (await readdir(cwd)).find((name) => CONFIG_NAME.test(name));
    if (existing !== undefined) kept.push(existing);
    else {
      const name = flags.jsonConfig ? "lockstep.config.json" : "lockstep.config.ts";
      await writeFile(join(cwd, name), flags.jsonConfig ? JSON_CONFIG : TS_CONFIG, { flag: "wx" });
      created.push(name);
    }
    reporter.result({ created, kept }, (paint) => [
      ...created.map((path) => `${paint.green("✓")} ${path}`),
      ...kept.map((path) => `${paint.dim("·")} ${path} ${paint.dim("was there")}`),
      "",
      `Next: ${paint.bold("lockstep new <name>")} creates the first migration.`,
    ]);
  });
}
