/** Files that are not written yet, as migrations: modules have to lie on a disk to be loaded. */
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSource } from "../../formats/read-source.ts";
import type { Migration } from "../../migrations/migration.ts";

export interface FileSet {
  /** To be removed by the caller. */
  readonly folder: string;
  readonly migrations: readonly Migration[];
}

export async function readFileSet(
  files: readonly { readonly name: string; readonly text: string }[],
  cwd: string,
): Promise<FileSet> {
  const folder = await mkdtemp(join(tmpdir(), "lockstep-fix-"));
  for (const { name, text } of files) await writeFile(join(folder, name), text);
  const { migrations } = await readSource([folder], { cwd, env: {}, format: "native" });
  return { folder, migrations };
}
