/**
 * Makes a runnable copy of packaged binaries. npm packages cannot contain symbolic links, and the
 * script that would make them after the installation often does not run (`ignore-scripts`, gated
 * install scripts); without the links the server does not find its shared libraries.
 */
import {
  chmod,
  copyFile,
  constants,
  link,
  mkdir,
  readdir,
  readFile,
  stat,
  symlink,
} from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { cached } from "./cache.ts";
import type { PackagedBinaries } from "./binaries.ts";

interface LinkEntry {
  readonly source: string;
  readonly target: string;
}

/** The folder that holds `bin`, `lib` and `share`, ready to run. */
export async function hydrate(binaries: PackagedBinaries): Promise<string> {
  const name = `postgres-${binaries.packageVersion}-${process.platform}-${process.arch}`;
  return cached(name, async (folder) => {
    await copyTree(binaries.native, folder);
    await makeLinks(binaries.native, folder);
  });
}

async function copyTree(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true });
  await chmod(to, 0o755);
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const source = join(from, entry.name);
    if (entry.isDirectory()) await copyTree(source, join(to, entry.name));
    // Links are made from the list, so that the result does not depend on the install script.
    else if (entry.isFile()) await linkOrCopy(source, join(to, entry.name));
  }
}

/** A hard link costs no space; across file systems, or where links are not allowed, it is a copy. */
async function linkOrCopy(source: string, target: string): Promise<void> {
  const mode = (await stat(source)).mode & 0o777;
  const readableByAll = (mode & 0o444) === 0o444;
  const linked =
    readableByAll &&
    (await link(source, target).then(
      () => true,
      () => false,
    ));
  if (linked) return;
  await copyFile(source, target, constants.COPYFILE_FICLONE);
  await chmod(target, (mode & 0o111) === 0 ? 0o644 : 0o755);
}

async function makeLinks(native: string, folder: string): Promise<void> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as LinkEntry[]) {
    // Paths in the list begin with `native/`, which is the folder itself here.
    const at = join(folder, relative("native", target));
    const to = join(folder, relative("native", source));
    await mkdir(dirname(at), { recursive: true });
    await symlink(relative(dirname(at), to), at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}
