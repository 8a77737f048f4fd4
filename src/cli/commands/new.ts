/** `lockstep new <name>`: the empty files of a migration. */
import { mkdir, writeFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { DEFAULT_DIR } from "../../config/settings.ts";
import { readMigrations } from "../../migrations/discover.ts";
import type { Migration } from "../../migrations/migration.ts";
import { newMigrationPath } from "../../migrations/new-migration.ts";
import type { CliContext } from "../context.ts";
import type { ProjectFlags } from "../flags.ts";
import { loadProject } from "../project.ts";
import { withReporter } from "../with-reporter.ts";

export interface NewFlags extends ProjectFlags {
  readonly ts?: boolean;
  readonly down?: boolean;
}

/** Versions shorter than a date are counted, not timestamps. */
const COUNTED_DIGITS = 7;

export function create(this: CliContext, flags: NewFlags, name: string): Promise<void> {
  return withReporter(this, flags, async (reporter) => {
    const { dirs } = await loadProject(this, flags, { needsUrl: false });
    const dir = resolve(this.cwd, dirs[0] ?? DEFAULT_DIR);
    await mkdir(dir, { recursive: true });
    const existing = await readMigrations(dirs, { cwd: this.cwd });
    const digits = countedDigits(existing);
    const files = newMigrationPath({
      dir,
      name,
      now: new Date(),
      existing: existing.flatMap((migration) => migration.version ?? []),
      language: flags.ts ? "ts" : "sql",
      withDown: flags.down === true,
      ...(digits !== undefined && { sequential: digits }),
    });
    const paths: string[] = [];
    for (const file of files) {
      // wx: two people may create one at the same second; nobody's file is overwritten.
      await writeFile(file.path, file.content, { flag: "wx" });
      paths.push(relative(this.cwd, file.path));
    }
    reporter.result({ files: paths }, (paint) =>
      paths.map((path) => `${paint.green("✓")} ${path}`),
    );
  });
}

/** In a folder whose versions are counted (0001, 0002), the next one is counted too. */
export function countedDigits(existing: readonly Migration[]): number | undefined {
  const widths = existing
    .filter((migration) => migration.version !== undefined)
    .map((migration) => /^\d+/.exec(migration.id)?.[0].length ?? 0);
  if (widths.length === 0) return undefined;
  const widest = Math.max(...widths);
  return widest <= COUNTED_DIGITS ? widest : undefined;
}
