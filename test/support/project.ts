/** A project folder of its own for one test, written from text. */
import { mkdtempSync, rmSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { onProcessEnd, onTestEnd } from "./cleanup.ts";

export interface ProjectOptions {
  /** Path inside the project, to content: `{ "migrations/1_a.sql": "select 1;" }`. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Written as `lockstep.config.json`, or as `lockstep.config.ts` when it is text. */
  readonly config?: Readonly<Record<string, unknown>> | string;
}

export interface Project {
  readonly dir: string;
  /** Writes a file, with the folders above it; returns its absolute path. */
  write(file: string, content: string | Uint8Array): Promise<string>;
  /** Happens by itself at the end of the test (at the end of the process if there is no test). */
  remove(): Promise<void>;
}

export async function project(options: ProjectOptions = {}): Promise<Project> {
  const dir = mkdtempSync(join(tmpdir(), "lockstep-test-"));
  const forget = onProcessEnd(() => rmSync(dir, { recursive: true, force: true }));
  const created: Project = {
    dir,
    async write(file, content) {
      const path = join(dir, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
      return path;
    },
    async remove() {
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
      forget();
    },
  };
  onTestEnd(() => created.remove());

  for (const [file, content] of Object.entries(options.files ?? {})) {
    await created.write(file, content);
  }
  const { config } = options;
  if (typeof config === "string") await created.write("lockstep.config.ts", config);
  else if (config !== undefined) {
    await created.write("lockstep.config.json", JSON.stringify(config, null, 2));
  }
  return created;
}
