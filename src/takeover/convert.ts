/**
 * `lockstep convert`: writes a folder of another tool in our own format, and proves on two databases
 * of a sandbox that both make the same schema. The old folder stays as it is.
 *
 * What has been applied is renamed by `lockstep adopt` in the new folder, database by database: the
 * file `.lockstep-converted.json` says what every version was called before.
 */
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Failure } from "../failures/failure.ts";
import { readMigrations } from "../migrations/discover.ts";
import {
  nativeSet,
  type Migration,
  type MigrationFile,
  type MigrationSet,
} from "../migrations/migration.ts";
import { compareVersions, parseVersion } from "../migrations/version.ts";
import { resolveTarget } from "../postgres/conninfo.ts";
import type { OnEvent } from "../runner/events.ts";
import type { RunnerSettings } from "../runner/options.ts";
import { up } from "../runner/up.ts";
import { createSandbox } from "../sandbox/sandbox.ts";
import { loadParser, type Parser } from "../sql/parser.ts";
import { compareSchemas, describeDifferences } from "../history/compare-schemas.ts";
import { MAPPING_FILE, type Mapping } from "./mapping.ts";
import { nativeText } from "./native-text.ts";

export interface ConvertOptions {
  readonly set: MigrationSet;
  readonly settings: RunnerSettings;
  /** Absolute; made when it is not there, and must be empty. */
  readonly target: string;
  readonly cwd: string;
  readonly onEvent?: OnEvent;
  readonly signal?: AbortSignal;
}

export interface ConvertResult {
  readonly from: string;
  /** Absolute paths. */
  readonly files: readonly string[];
  readonly migrations: number;
  /** Whether versions stay as they were. */
  readonly renumbered: boolean;
}

export async function convert(options: ConvertOptions): Promise<ConvertResult> {
  const { set, target, cwd } = options;
  if (set.format === "native") {
    throw new Failure({
      class: "usage",
      what: "The folder is in our own format already.",
      state: "Nothing was written.",
    });
  }
  await refuseFilled(target);
  const parser = await loadParser({ processExitsSoon: true });
  const { names, renumbered } = nameAll(set);
  const files: { name: string; text: string }[] = [];
  for (const migration of set.migrations) {
    const name = names.get(migration)!;
    files.push({ name: `${name}.sql`, text: await textOf(migration, migration.up, parser) });
    if (migration.down && migration.kind === "versioned") {
      const text = await textOf(migration, migration.down, parser).catch(isNoDown);
      if (text !== undefined) files.push({ name: `${name}.down.sql`, text });
    }
  }
  const existed = await writeAll(target, files);
  try {
    const written = await readMigrations([target], { cwd });
    await prove(options, nativeSet(written));
    const mapping = mappingOf(set, names, written);
    await writeFile(join(target, MAPPING_FILE), `${JSON.stringify(mapping, null, 2)}\n`);
  } catch (error) {
    for (const { name } of files) await rm(join(target, name), { force: true });
    if (!existed) await rm(target, { recursive: true, force: true });
    throw error;
  }
  return {
    from: set.format,
    files: files.map(({ name }) => join(target, name)),
    migrations: set.migrations.length,
    renumbered,
  };
}

async function refuseFilled(target: string): Promise<void> {
  const entries = await readdir(target).catch((): string[] => []);
  if (entries.length === 0) return;
  throw new Failure({
    class: "usage",
    what: `The folder ${target} is not empty.`,
    state: "Nothing was written.",
    action: "Name a new folder.",
    exit: "invalid",
  });
}

/** Returns whether the folder was there before. */
async function writeAll(
  target: string,
  files: readonly { readonly name: string; readonly text: string }[],
): Promise<boolean> {
  const made = await mkdir(target, { recursive: true });
  for (const { name, text } of files) await writeFile(join(target, name), text, { flag: "wx" });
  return made === undefined;
}

/** Versions stay where all are whole numbers in their order; otherwise the files are counted. */
function nameAll({ migrations }: MigrationSet): {
  names: ReadonlyMap<Migration, string>;
  renumbered: boolean;
} {
  const versioned = migrations.filter(({ kind }) => kind === "versioned");
  const numbers = versioned.map(({ version }) => parseVersion(version!));
  const keep = numbers.every((number, index) => {
    const before = index === 0 ? undefined : numbers[index - 1];
    if (number === undefined) return false;
    return before === undefined || compareVersions(before, number) < 0;
  });
  const width = Math.max(4, String(versioned.length).length);
  const names = new Map<Migration, string>();
  for (const [index, migration] of versioned.entries()) {
    const number = keep ? migration.version! : String(index + 1).padStart(width, "0");
    names.set(migration, `${number}_${fileWords(migration)}`);
  }
  for (const migration of migrations) {
    if (migration.kind === "repeatable") names.set(migration, `R__${fileWords(migration)}`);
  }
  return { names, renumbered: !keep };
}

/** What may stand in a file name everywhere, and does not end like another kind of file. */
function fileWords({ name, id }: Migration): string {
  const words = (name || id).replaceAll(/[^\p{L}\p{N}_-]+/gu, "_").replaceAll(/^_+|_+$/g, "");
  return words === "" ? "migration" : words.slice(0, 200);
}

async function textOf(migration: Migration, file: MigrationFile, parser: Parser): Promise<string> {
  if (migration.language === "sql") return nativeText(file, parser);
  throw new Failure({
    class: "file.format",
    migration: migration.id,
    what: `\`${file.path}\` is a program, and only SQL can be converted.`,
    state: "Nothing was written.",
    action:
      "Write it as a module of ours by hand, or keep the folder as it is: `lockstep up` runs it.",
    location: { file: file.path, line: 1, column: 1 },
  });
}

/** Where only the code of a module says that there is none. */
function isNoDown(error: unknown): undefined {
  if (error instanceof Failure && error.class === "file.no_down") return undefined;
  throw error;
}

async function prove(options: ConvertOptions, converted: MigrationSet): Promise<void> {
  const { set, settings, cwd, onEvent, signal } = options;
  await using sandbox = await createSandbox({ from: cwd });
  const before = await sandbox.database("before");
  const after = await sandbox.database("after");
  const run = async (url: string, source: MigrationSet, own: RunnerSettings): Promise<void> => {
    await up({
      target: await resolveTarget({ url, env: {} }),
      source: () => Promise.resolve(source),
      settings: { ...own, contract: { guard: "off" }, care: {} },
      ...(onEvent && { onEvent }),
      ...(signal && { signal }),
    });
  };
  await run(before, set, settings);
  // What the other tool's templates filled in is text now.
  const { placeholders: _placeholders, ...plain } = settings;
  await run(after, converted, plain);
  const differences = await compareSchemas(before, after, settings.historySchema);
  if (differences.onlyLeft.length + differences.onlyRight.length === 0) return;
  throw new Failure({
    class: "adopt.differs",
    what: "The converted folder makes another schema than the old one.",
    state: "The new folder was removed again; the old one is as it was.",
    notes: describeDifferences(differences, { left: "before", right: "after" }),
  });
}

function mappingOf(
  { format, migrations }: MigrationSet,
  names: ReadonlyMap<Migration, string>,
  written: readonly Migration[],
): Mapping {
  const byId = new Map(written.map((one) => [one.id, one]));
  return {
    from: format,
    migrations: migrations.map((migration) => {
      const native = byId.get(names.get(migration)!)!;
      return {
        before: { version: migration.version ?? null, name: migration.name },
        checksumBefore: migration.up.checksum,
        version: native.version ?? null,
        name: native.name,
        checksum: native.up.checksum,
      };
    }),
  };
}
