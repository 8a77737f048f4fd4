/**
 * The catalogs that the histories of open documents make, kept in memory: a key that is pressed
 * costs reading one file. As in lint/history-cache.ts, the key is a hash over everything before.
 */
import type { Catalog } from "../catalog/catalog.ts";
import { historyKeys, type HistoryKey, type KeptHistory } from "../lint/history-cache.ts";
import type { LintFile } from "../lint/read-file.ts";

/** A catalog of a thousand files takes some megabytes. */
const MOST_ENTRIES = 8;

export type KeptCatalogs = (
  files: readonly LintFile[],
  until: number,
  key: HistoryKey,
) => KeptHistory;

export function keepCatalogs(): KeptCatalogs {
  /** The one that was used last is the last one. */
  const kept = new Map<string, Catalog>();
  const use = (key: string, catalog: Catalog): void => {
    kept.delete(key);
    kept.set(key, catalog);
    const [oldest] = kept.keys();
    if (kept.size > MOST_ENTRIES && oldest !== undefined) kept.delete(oldest);
  };
  return (files, until, key) => {
    const keys = historyKeys(files, until, key);
    const keep = (catalog: Catalog, after: number): void => {
      const name = keys[after];
      // Copied, here and below: whoever reads on changes it.
      if (name !== undefined) use(name, structuredClone(catalog));
    };
    for (let after = until; after > 0; after--) {
      const name = keys[after];
      const catalog = name === undefined ? undefined : kept.get(name);
      if (catalog === undefined) continue;
      use(name!, catalog);
      return { start: { catalog: structuredClone(catalog), after }, keep };
    }
    return { keep };
  };
}
