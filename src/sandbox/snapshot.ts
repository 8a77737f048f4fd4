/**
 * Data folders that are kept for later servers, by name: what took long to make is made once. They
 * lie in the cache beside the initialised folders, and follow its invariants (cache.ts).
 *
 * S1. A server that starts from a snapshot works on a copy.
 * S2. Their number is bounded. One that was used in the last minutes is never removed: somebody may
 *     be copying it.
 */
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cached, cacheFolder, isComplete } from "./cache.ts";
import { ownerOfData, saveTemplate } from "./data-directory.ts";

const PREFIX = "snapshot-";
const MOST = 12;
const IN_USE_MS = 10 * 60_000;
/** What whoever saved it wants to know again. */
const NOTE = "note.json";

export interface Snapshot {
  /** For `ServerOptions.snapshot`. */
  readonly path: string;
  readonly note: unknown;
}

/** The first of `names` that is there whole. */
export async function findSnapshot(names: readonly string[]): Promise<Snapshot | undefined> {
  const cache = await cacheFolder();
  const there = new Set(await readdir(cache));
  for (const name of names) {
    const entry = entryOf(name);
    const path = join(cache, entry);
    if (!there.has(entry) || !(await isComplete(path))) continue;
    try {
      const now = new Date();
      await utimes(path, now, now);
      return { path, note: JSON.parse(await readFile(join(path, NOTE), "utf8")) as unknown };
    } catch {
      // Removed in this very moment, or damaged: as good as not there.
    }
  }
  return undefined;
}

/** `data` is the folder of a server that was stopped cleanly. */
export async function saveSnapshot(name: string, data: string, note: unknown): Promise<void> {
  await cached(entryOf(name), async (folder) => {
    await saveTemplate(data, folder);
    await writeFile(join(folder, NOTE), JSON.stringify(note));
  });
  await removeOldest();
}

function entryOf(name: string): string {
  return `${PREFIX}${ownerOfData()}-${name}`;
}

async function removeOldest(): Promise<void> {
  const cache = await cacheFolder();
  const entries = (await readdir(cache)).filter((entry) => entry.startsWith(PREFIX));
  const aged = await Promise.all(
    entries.map(async (entry) => {
      const usedAt = await stat(join(cache, entry)).catch(() => undefined);
      return { path: join(cache, entry), usedAt: usedAt?.mtimeMs ?? Date.now() };
    }),
  );
  const newestFirst = aged.toSorted((a, b) => b.usedAt - a.usedAt);
  for (const { path, usedAt } of newestFirst.slice(MOST)) {
    if (Date.now() - usedAt < IN_USE_MS) continue;
    // Out of sight first, so that nobody finds it half removed.
    const aside = join(cache, `.removing-${process.pid}-${Math.round(usedAt)}`);
    const moved = await rename(path, aside).then(
      () => true,
      () => false,
    );
    if (moved) await rm(aside, { recursive: true, force: true });
  }
}
