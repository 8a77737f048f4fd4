/** What lint says of the traced files, in the light of the same history. */
import { join } from "node:path";
import type { LintConfig } from "../config/lint-config.ts";
import type { Finding } from "../lint/finding.ts";
import type { LintFile } from "../lint/lint.ts";
import type { Migration } from "../migrations/migration.ts";
import type { RunnerSettings } from "../runner/options.ts";
import { cacheFolder } from "../sandbox/cache.ts";
import type { Pending } from "./pending.ts";

export interface LintSettings {
  readonly config?: LintConfig | undefined;
  readonly configFile?: string | undefined;
}

export interface LintPendingOptions extends LintSettings {
  readonly settings: RunnerSettings;
  /** Major version of the server. */
  readonly major: number;
  /** Whether the catalog that the history makes is kept, as `lockstep lint` keeps it. */
  readonly cache: boolean;
}

export async function lintPending(
  { history, order, traced }: Pending,
  { settings, major, cache, config, configFile }: LintPendingOptions,
): Promise<readonly Finding[]> {
  if (traced.size === 0) return [];
  const { placeholders } = settings;
  const searchPath = settings.searchPath?.split(",").map((one) => one.trim());
  const [{ lint }, { openHistory }] = await Promise.all([
    import("../lint/lint.ts"),
    import("../lint/history-cache.ts"),
  ]);
  const files = [...history, ...order].map((migration) => lintFile(migration, placeholders));
  const kept = cache
    ? openHistory(join(await cacheFolder(), "lint"), files, history.length, {
        version: major,
        searchPath,
      })
    : undefined;
  const { findings } = await lint({
    files,
    report: order.filter((migration) => traced.has(migration)).map(({ up }) => up.path),
    version: major,
    ...(searchPath && { searchPath }),
    ...(config && { config: { ...config, budgets: undefined } }),
    configFile,
    ...(kept?.start && { start: kept.start }),
    ...(kept && { onHistory: kept.keep }),
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
