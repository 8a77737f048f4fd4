/** `lockstep new <name>`: the empty files of a migration. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { DEFAULT_DIR } from "../../config/settings.ts";
import { Failure } from "../../failures/failure.ts";
import type { Migration, MigrationSet, Version } from "../../migrations/migration.ts";
import { newMigrationId, newMigrationPath, type NewFile } from "../../migrations/new-migration.ts";
import { parseVersion } from "../../migrations/version.ts";
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
    const project = await loadProject(this, flags, { needsUrl: false });
    const dir = resolve(this.cwd, project.dirs[0] ?? DEFAULT_DIR);
    await mkdir(dir, { recursive: true });
    const set = await project.source();
    const existing = set.migrations;
    const digits = countedDigits(existing);
    const common = {
      name,
      now: new Date(),
      existing: existing.flatMap(leadingNumber),
      ...(digits !== undefined && { sequential: digits }),
    };
    const files =
      set.format === "native"
        ? newMigrationPath({
            dir,
            ...common,
            language: flags.ts ? "ts" : "sql",
            withDown: flags.down === true,
          })
        : await foreignFiles(set, dir, newMigrationId(common));
    const paths: string[] = [];
    for (const file of files) {
      await mkdir(dirname(file.path), { recursive: true });
      // wx: two people may create one at the same second; nobody's file is overwritten.
      await writeFile(file.path, file.content, { flag: "wx" });
      paths.push(relative(this.cwd, file.path));
    }
    reporter.result({ files: paths }, (paint) =>
      paths.map((path) => `${paint.green("✓")} ${path}`),
    );
  });
}

/** Also in the folder of another tool, so that the next file is one of its own. */
async function foreignFiles(
  { format: id }: MigrationSet,
  dir: string,
  names: ReturnType<typeof newMigrationId>,
): Promise<readonly NewFile[]> {
  const { formatNamed } = await import("../../formats/read-foreign.ts");
  const format = formatNamed(id);
  if (!format.newFiles) {
    throw new Failure({
      class: "usage",
      what: `The folder is one of ${format.title}, and its new files come from that tool.`,
      state: "Nothing was written.",
      action: `Make the migration with ${format.title}; \`lockstep up\` applies it.`,
    });
  }
  return format.newFiles(names).map(({ path, content }) => ({ path: join(dir, path), content }));
}

/** What a new version has to be above. */
function leadingNumber({ version }: Migration): Version[] {
  const digits = /^[0-9]+/.exec(version ?? "")?.[0];
  const parsed = digits === undefined ? undefined : parseVersion(digits);
  return parsed === undefined ? [] : [parsed];
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
