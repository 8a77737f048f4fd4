/**
 * The cache of what is expensive to make: runnable copies of the binaries, and initialised data
 * folders. An entry is a folder that appears by one rename, so another process sees it whole or
 * not at all. Invariants:
 * I1 an entry is never changed after it appeared;
 * I2 processes may make the same entry at once: the first rename wins, the others take its result;
 * I3 an entry that lost files (cleaners of temporary folders do that) is made again.
 */
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { Failure } from "../failures/failure.ts";
import { makeEnterable, reachableByServerUser } from "./server-user.ts";

/** Holds the number of files of an entry, to notice that some went missing. */
const COUNT_FILE = ".lockstep-files";

/**
 * The cache folder, created when it is missing. Root gets a folder outside its home, because the
 * server runs as another user who may not look into /root.
 */
export async function cacheFolder(): Promise<string> {
  const asked = process.env["LOCKSTEP_CACHE"];
  const isRoot = process.getuid?.() === 0;
  const home = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const folder = asked || (isRoot ? "/var/tmp/lockstep-cache-0" : join(home, "lockstep"));
  if (isRoot) await makeEnterable(folder);
  else await mkdir(folder, { recursive: true, mode: 0o700 });
  await refuseForeign(folder);
  return folder;
}

/** The entry's folder; `fill` makes its content in the empty folder that it is given. */
export async function cached(
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const cache = await cacheFolder();
  const entry = join(cache, name);
  if (await isComplete(entry)) return entry;

  const work = await mkdtemp(join(cache, `.making-${name}-`));
  try {
    // `fill` may run a program as the server's user inside.
    await chmod(work, 0o755);
    const made = join(work, "entry");
    await mkdir(made, { mode: 0o755 });
    await fill(made);
    await writeFile(join(made, COUNT_FILE), String(await countFiles(made)));
    await publish(made, entry, work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return entry;
}

async function publish(made: string, entry: string, work: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(made, entry);
      return;
    } catch (error) {
      if (await isComplete(entry)) return;
      if (attempt === 3) throw error;
      // A damaged entry stands in the way: move it aside, where it is deleted with our folder.
      await rename(entry, join(work, `damaged-${attempt}`)).catch(() => undefined);
    }
  }
}

export async function isComplete(entry: string): Promise<boolean> {
  const expected = await readFile(join(entry, COUNT_FILE), "utf8").catch(() => undefined);
  return expected !== undefined && Number(expected) === (await countFiles(entry));
}

async function countFiles(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true });
  return entries.filter((path) => path !== COUNT_FILE).length;
}

/** The programs in the cache are executed: nobody else may have been able to put them there. */
async function refuseForeign(folder: string): Promise<void> {
  const info = await lstat(folder);
  const uid = process.getuid?.();
  const foreign = uid !== undefined && info.uid !== uid;
  if (foreign || !info.isDirectory() || (info.mode & 0o022) !== 0) {
    throw new Failure({
      class: "config.invalid",
      what: `The cache folder \`${folder}\` is not a folder that only you can write to.`,
      action: "Remove it, or name another folder in the environment variable LOCKSTEP_CACHE.",
    });
  }
  if (!(await reachableByServerUser(folder))) {
    throw new Failure({
      class: "config.invalid",
      what: `The cache folder \`${folder}\` cannot be read by the user that runs PostgreSQL.`,
      action: "Name a folder that every user can enter in LOCKSTEP_CACHE, or unset it.",
    });
  }
}
