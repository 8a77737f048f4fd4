/**
 * G: `lint`. All files of an old project, in pairs with Squawk, which knows neither the history nor
 * which tables are new, but does the same first half of the work; and one changed file behind a
 * thousand others, as an editor or a hook before a commit has it.
 */
import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { writeMigrations } from "../fixtures.ts";
import { interleave, named, type Runner } from "../interleave.ts";
import { oldProject } from "../lint-fixtures.ts";
import { measure, type Command } from "../measure.ts";
import { table, verdict, type Section } from "../report.ts";
import { LOCKSTEP, ROOT, workFolder } from "../work.ts";

const ALL = 2000;
const HISTORY = 1000;
const WARM_MS = 400;
const SQUAWK = join(ROOT, "node_modules/.bin/squawk");

const LINT = `lockstep lint, ${ALL} files`;
const THEIRS = `squawk, ${ALL} files`;
const BARE = `the binary of squawk, ${ALL} files`;
const CHANGED = `lockstep lint, one file behind ${HISTORY}`;
const NODE = "node -e 0";

export async function lintFolders(options: {
  readonly rounds: number;
  readonly progress: (text: string) => void;
}): Promise<Section> {
  const { rounds, progress } = options;
  const node = process.execPath;
  const folder = await projectOf("lint", ALL);
  const runners: Runner[] = [
    runner(LINT, "nothing kept", {
      argv: [node, LOCKSTEP, "lint", "--no-cache"],
      cwd: folder,
      code: 65,
    }),
    ...(await squawkOn(folder)),
    await changedFile(),
    runner(NODE, "the start of Node", { argv: [node, "-e", "0"] }),
  ];
  const rows = await interleave(runners, rounds, progress);
  const wall = (label: string): number => named(rows, label).wallMs;
  const ratio = (label: string): string =>
    rows.some((row) => row.label === label)
      ? verdict(`\`lint\` to ${label}`, wall(LINT) / wall(label), 1.5)
      : `- ${label}: not installed`;
  return {
    title: `G. lint of ${ALL} files, and of one behind ${HISTORY}`,
    lines: [
      ratio(THEIRS),
      ratio(BARE),
      verdict("one changed file", wall(CHANGED), WARM_MS, " ms"),
      `- one changed file to ${NODE}: ${(wall(CHANGED) / wall(NODE)).toFixed(1)}`,
      "",
      ...table(
        ["", "wall ms", "CPU ms", ""],
        rows.map(({ label, wallMs, cpuMs, note }) => [
          label,
          wallMs.toFixed(0),
          cpuMs.toFixed(0),
          note,
        ]),
      ),
    ],
  };
}

function runner(label: string, note: string, command: Command): Runner {
  return { label, note, run: () => measure(command) };
}

async function projectOf(name: string, count: number): Promise<string> {
  const folder = await workFolder(name);
  await writeMigrations(join(folder, "migrations"), oldProject(count));
  return folder;
}

/** As npm installs it, which starts a Node that starts the program, and the program alone. */
async function squawkOn(cwd: string): Promise<Runner[]> {
  if (!existsSync(SQUAWK)) return [];
  const files = (await readdir(join(cwd, "migrations"))).map((file) => `migrations/${file}`);
  const args = ["--pg-version", "18.0", "--assume-in-transaction", ...files];
  const binary = binaryOf();
  return [
    runner(THEIRS, "as npm installs it", { argv: [SQUAWK, ...args], cwd, code: 1 }),
    ...(binary === undefined
      ? []
      : [
          runner(BARE, "without the Node that starts it", {
            argv: [binary, ...args],
            cwd,
            code: 1,
          }),
        ]),
  ];
}

function binaryOf(): string | undefined {
  try {
    const load = createRequire(join(ROOT, "package.json"));
    return (load("squawk-cli") as { getBinaryPath(): string }).getBinaryPath();
  } catch {
    return undefined;
  }
}

/** Its content is another one in each round; all before it is as it was. */
async function changedFile(): Promise<Runner> {
  const cwd = await projectOf("lint-changed", HISTORY);
  const file = "migrations/29990101000000_changed.sql";
  const command: Command = {
    argv: [process.execPath, LOCKSTEP, "lint", file],
    cwd,
    code: 65,
  };
  let round = 0;
  const write = (): Promise<void> =>
    writeFile(join(cwd, file), `create index on order_0 (created_at, id); -- ${round++}\n`);
  await write();
  await measure(command);
  return {
    label: CHANGED,
    note: "the history is kept",
    async run() {
      await write();
      return measure(command);
    },
  };
}
