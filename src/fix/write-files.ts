/** The files of a fix onto the disk: all of them, or none. */
import { rename, rm, writeFile } from "node:fs/promises";
import { replaceFiles } from "../runner/replace-files.ts";
import type { FixedFile } from "./fix.ts";

export async function writeFixed({ migration, files }: FixedFile): Promise<void> {
  const [only] = files;
  const { absolutePath, path } = migration.up;
  if (files.length > 1 || only?.path !== path || absolutePath === undefined) {
    return replaceFiles(migration, files);
  }
  // Readers see the old file or the new one, and a crash leaves one of the two.
  const making = `${absolutePath}.${process.pid}.tmp`;
  try {
    await writeFile(making, only.text, { flag: "wx" });
    await rename(making, absolutePath);
  } catch (error) {
    await rm(making, { force: true });
    throw error;
  }
}
