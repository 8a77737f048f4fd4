/** What lint says of the traced files, in the light of the same history. */
import type { LintConfig } from "../config/lint-config.ts";
import type { Finding } from "../lint/finding.ts";
import type { LintFile } from "../lint/lint.ts";
import type { Migration } from "../migrations/migration.ts";
import type { RunnerSettings } from "../runner/options.ts";
import type { Pending } from "./pending.ts";

export interface LintSettings {
  readonly config?: LintConfig | undefined;
  readonly configFile?: string | undefined;
}

export async function lintPending(
  { history, order, traced }: Pending,
  settings: RunnerSettings,
  major: number,
  { config, configFile }: LintSettings,
): Promise<readonly Finding[]> {
  const { placeholders, searchPath } = settings;
  const { lint } = await import("../lint/lint.ts");
  const { findings } = await lint({
    files: [...history, ...order].map((migration) => lintFile(migration, placeholders)),
    report: order.filter((migration) => traced.has(migration)).map(({ up }) => up.path),
    version: major,
    ...(searchPath !== undefined && { searchPath: searchPath.split(",").map((one) => one.trim()) }),
    ...(config && { config: { ...config, budgets: undefined } }),
    configFile,
  });
  return findings;
}

function lintFile(
  { up, language }: Migration,
  placeholders: RunnerSettings["placeholders"],
): LintFile {
  return {
    path: up.path,
    text: up.bytes,
    ...(language === "module" && { module: true }),
    ...(up.reading && { reading: up.reading }),
    ...(placeholders && up.reading === undefined && { placeholders }),
  };
}
