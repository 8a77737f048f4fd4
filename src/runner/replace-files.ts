/**
 * Puts files in the place of a migration. The new ones are written first and never over another
 * file; the old ones go last. A crash in between leaves two files of one version, which every later
 * command refuses: nothing is lost and nothing runs twice.
 */
import { rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Failure } from "../failures/failure.ts";
import type { Migration } from "../migrations/migration.ts";

export async function replaceFiles(
  { id, up, down }: Migration,
  files: readonly { readonly path: string; readonly text: string }[],
): Promise<void> {
  const { absolutePath } = up;
  if (absolutePath === undefined) {
    throw new Failure({
      class: "usage",
      what: `\`${id}\` was given as data and has no file to write to.`,
      action: "Split it without writing, and put the texts where the data comes from.",
    });
  }
  const folder = dirname(absolutePath);
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      const target = join(folder, basename(path));
      await writeFile(target, text, { flag: "wx" });
      written.push(target);
    }
  } catch (cause) {
    for (const path of written) await rm(path, { force: true });
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new Failure({
      class: "usage",
      what: `The parts of \`${id}\` cannot be written: ${message}.`,
      state: "Nothing was changed.",
      action: "Make room for them, or make the folder writable.",
      cause,
    });
  }
  await rm(absolutePath);
  if (down?.absolutePath !== undefined) await rm(down.absolutePath);
}
