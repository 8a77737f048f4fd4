/**
 * Squawk and lint on the SQL of this project's own fixtures: whatever Squawk says there, lint says
 * too, or there is a reason why it does not.
 */
import { join } from "node:path";
import { chooseLintFiles } from "../../src/lint/choose-files.ts";
import { Failure } from "../../src/failures/failure.ts";
import { readSource } from "../../src/formats/read-source.ts";
import { lintFiles } from "../../src/lint/engine.ts";
import type { Finding } from "../../src/lint/finding.ts";
import { ALL_RULES, RULES } from "../../src/lint/registry.ts";
import type { Rule } from "../../src/lint/rule.ts";
import { blocksWrites } from "../../src/locks/lock-mode.ts";
import { type Fixture, historyFolder, readFixtures, ROOT } from "./fixtures.ts";
import { runSquawk, type SquawkFinding } from "./squawk.ts";

export const OUTCOMES = [
  "said", // by a rule of ours that names Squawk's
  "handled by the runner", // such a rule speaks with `--runner other`
  "off by default", // such a rule speaks when it is asked for
  "not in the history", // the way back, or a file that the tool does not run
  "nobody waits", // it asks for a timeout, and no statement of the file locks out anybody
  "would hide an invalid index", // it asks for IF NOT EXISTS on CREATE INDEX CONCURRENTLY
  "nothing found", // such a rule looked and found nothing
  "no such rule",
  "not read by Squawk", // templates, COPY data, commands of psql
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface Compared extends SquawkFinding {
  readonly outcome: Outcome;
  /** Rules of ours that name Squawk's. */
  readonly ours: readonly string[];
}

export interface Union {
  readonly findings: readonly Compared[];
  /** Folders that lint could not read as their tool does, and why: they are left out. */
  readonly unread: readonly string[];
}

const VERSION = 18;
const TIMEOUTS: ReadonlySet<string> = new Set([
  "require-lock-timeout",
  "require-statement-timeout",
]);

/** What the fixtures' own tests give them. */
const SURROUNDINGS = {
  env: { SHOP_READER: "anyone" },
  placeholders: { tenantTable: "tenants", region: "Österreich" },
};

export async function compareFixtures(): Promise<Union> {
  const folders = new Map<string, Fixture[]>();
  for (const fixture of readFixtures()) {
    const folder = historyFolder(fixture.path);
    folders.set(folder, [...(folders.get(folder) ?? []), fixture]);
  }
  const findings: Compared[] = [];
  const unread: string[] = [];
  for (const [folder, fixtures] of folders) {
    const said = await lintFolder(folder).catch((error: unknown) => {
      if (!(error instanceof Failure)) throw error;
      unread.push(`${folder}: ${error.message}`);
      return undefined;
    });
    if (said === undefined) continue;
    const files = fixtures.map(({ path, bytes }) => ({ path, text: bytes }));
    for (const finding of await runSquawk(files, VERSION, true)) {
      findings.push(judge(finding, said));
    }
  }
  return { findings, unread };
}

interface Said {
  readonly byDefault: readonly Finding[];
  readonly otherRunner: readonly Finding[];
  readonly everything: readonly Finding[];
  /** File -> the line ranges of the statements that run. */
  readonly lines: ReadonlyMap<string, readonly LineRange[]>;
  /** The files in which some statement takes a lock on what was there that stops writers. */
  readonly blocking: ReadonlySet<string>;
}

interface LineRange {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

async function lintFolder(folder: string): Promise<Said> {
  const set = await readSource([join(ROOT, folder)], {
    cwd: ROOT,
    ...SURROUNDINGS,
  });
  const { files, report } = chooseLintFiles({ cwd: ROOT, set, paths: [] });
  const base = { files, report, version: VERSION };
  const byDefault = await lintFiles({ ...base, rules: RULES });
  const otherRunner = await lintFiles({ ...base, rules: RULES, runner: "other" });
  const blocking = new Set<string>();
  const everything = await lintFiles({
    ...base,
    rules: [...ALL_RULES, noteBlocking(blocking)],
    runner: "other",
  });
  const lines = byDefault.read.map(({ file, parsed }): [string, LineRange[]] => [
    file.path,
    (parsed?.statements ?? []).map(({ line, end, text }) => ({
      text,
      from: line,
      to: parsed?.locate(end).line ?? line,
    })),
  ]);
  return {
    byDefault: byDefault.findings,
    otherRunner: otherRunner.findings,
    everything: everything.findings,
    lines: new Map(lines),
    blocking,
  };
}

function noteBlocking(files: Set<string>): Rule {
  return {
    id: "note-blocking",
    kind: "lock",
    severity: "info",
    summary: "",
    why: "",
    instead: "",
    bad: [{ sql: "" }],
    good: [{ sql: "" }],
    check({ effects, file }) {
      const blocks = effects.locks.some(({ mode, isNew }) => !isNew && blocksWrites(mode));
      if (blocks) files.add(file.path);
      return [];
    },
  };
}

function judge(finding: SquawkFinding, said: Said): Compared {
  const ours = ALL_RULES.filter(({ otherIds }) => otherIds?.squawk?.includes(finding.rule)).map(
    ({ id }) => id,
  );
  const range = said.lines
    .get(finding.file)
    // The reader of a tool may put a statement of its own in front.
    ?.findLast(({ from, to }) => finding.line >= from && finding.line <= to);
  const speaks = (findings: readonly Finding[]): boolean =>
    findings.some(
      ({ rule, file, line, endLine }) =>
        ours.includes(rule) &&
        file === finding.file &&
        // A timeout is asked for once for a file: by Squawk at its first statement, here where one is
        // needed first.
        (line === 1 ||
          TIMEOUTS.has(finding.rule) ||
          (line <= (range?.to ?? 0) && endLine >= (range?.from ?? 0))),
    );
  const outcome = (): Outcome => {
    if (finding.rule === "syntax-error") return "not read by Squawk";
    if (ours.length === 0) return "no such rule";
    if (speaks(said.byDefault)) return "said";
    if (speaks(said.otherRunner)) return "handled by the runner";
    if (speaks(said.everything)) return "off by default";
    if (range === undefined) return "not in the history";
    if (TIMEOUTS.has(finding.rule) && !said.blocking.has(finding.file)) return "nobody waits";
    const robust = finding.rule === "prefer-robust-stmts";
    if (robust && /^create\s+(unique\s+)?index\s+concurrently/i.test(range.text)) {
      return "would hide an invalid index";
    }
    return "nothing found";
  };
  return { ...finding, outcome: outcome(), ours };
}
