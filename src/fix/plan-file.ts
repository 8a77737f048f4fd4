/**
 * One file: the edits of its findings, pass after pass until there are none, and then the plans for
 * what no edit can put right. Everything is in memory.
 */
import type { Fix, Finding } from "../lint/finding.ts";
import { lintFiles, type LintFile } from "../lint/engine.ts";
import { lint, type LintOptions } from "../lint/lint.ts";
import type { ParsedFile } from "../sql/statement.ts";
import { applyEdits } from "./apply-edits.ts";
import { changedReading } from "./changed-reading.ts";
import { isPhased } from "./phase-comment.ts";
import { planStatement } from "./plan-statement.ts";
import type { TableName } from "./prove/seed.ts";
import { isRefusal, type Plan, type RecipeContext } from "./recipe.ts";
import { separateCommands } from "./separate-commands.ts";

export interface Unfixed {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly reason: string;
}

export interface PlannedChange {
  /** With the edits applied. */
  readonly bytes: Buffer;
  readonly parsed: ParsedFile | undefined;
  /** What the edits did, as the findings call it. */
  readonly titles: readonly string[];
  readonly plans: ReadonlyMap<number, Plan>;
  readonly unfixed: readonly Unfixed[];
  /** What the statements lock. */
  readonly tables: readonly TableName[];
}

/** Edits may make room for further edits; more passes than this only go in a circle. */
const MOST_PASSES = 10;

export async function planFile(
  path: string,
  options: LintOptions,
  { recipes }: { readonly recipes: boolean },
): Promise<PlannedChange> {
  const file = options.files.find((one) => one.path === path)!;
  let bytes = Buffer.from(file.text);
  const size = bytes.length;
  const titles: string[] = [];
  for (let pass = 0; ; pass++) {
    const current = { ...file, ...changedReading(file, size, bytes.length), text: bytes };
    const findings = await findingsOf(current, options);
    const parsed = await parsedOf(current, options);
    const edits = pass < MOST_PASSES ? editsOf(findings, parsed?.parsed, bytes, recipes) : [];
    const edited = applyEdits(
      bytes,
      edits.map((fix) => fix.edits),
    );
    if (edited.applied === 0 || edited.bytes.equals(bytes)) {
      return {
        bytes,
        titles,
        ...(await plansFor(current, findings, options, recipes)),
      };
    }
    titles.push(...edits.flatMap(({ title }) => (title === "" ? [] : [title])));
    bytes = edited.bytes as Buffer<ArrayBuffer>;
  }
}

async function findingsOf(file: LintFile, options: LintOptions): Promise<readonly Finding[]> {
  const { findings } = await lint(withFile(file, options));
  return findings.filter((finding) => finding.file === file.path && finding.fix !== null);
}

/** Lint changes the catalog that it begins with. */
export function withFile(file: LintFile, options: LintOptions): LintOptions {
  const { start, onHistory: _, ...rest } = options;
  return {
    ...rest,
    files: options.files.map((one) => (one.path === file.path ? file : one)),
    ...(start && { start: { ...start, catalog: structuredClone(start.catalog) } }),
  };
}

async function parsedOf(file: LintFile, options: LintOptions) {
  const { read } = await lintFiles({ ...withFile(file, options), rules: [] });
  return read.find((one) => one.file.path === file.path);
}

function editsOf(
  findings: readonly Finding[],
  parsed: ParsedFile | undefined,
  bytes: Buffer,
  recipes: boolean,
): Fix[] {
  const edits = findings.flatMap(({ fix }) => (fix !== null && fix.edits.length > 0 ? [fix] : []));
  if (!recipes || parsed === undefined || isPhased(bytes)) return edits;
  const planned = new Set(
    findings.flatMap(({ fix, statement }) => (fix?.recipe === undefined ? [] : [statement])),
  );
  for (const statement of parsed.statements) {
    const edit = planned.has(statement.ordinal) ? separateCommands(bytes, statement) : undefined;
    if (edit !== undefined) edits.push({ title: "", edits: [edit] });
  }
  return edits;
}

async function plansFor(
  file: LintFile,
  findings: readonly Finding[],
  options: LintOptions,
  allowed: boolean,
): Promise<Omit<PlannedChange, "bytes" | "titles">> {
  const wanted = new Map<number, Finding[]>();
  for (const finding of findings) {
    if (finding.fix?.recipe === undefined) continue;
    wanted.set(finding.statement, [...(wanted.get(finding.statement) ?? []), finding]);
  }
  const plans = new Map<number, Plan>();
  const unfixed: Unfixed[] = [];
  const tables = new Map<string, TableName>();
  const phased = isPhased(Buffer.from(file.text));
  const { read } = await lintFiles({
    ...withFile(file, options),
    rules: [],
    onStatement: ({ statement, node, catalog, target, effects, file: seen }) => {
      if (seen.path !== file.path) return;
      for (const { key } of effects.locks) {
        const [schema, name] = (key ?? "").split("\0");
        if (key !== undefined) tables.set(key, { schema: schema!, name: name! });
      }
      const own = wanted.get(statement.ordinal) ?? [];
      if (own.length === 0 || phased) return;
      const context: RecipeContext = {
        statement,
        node,
        catalog,
        bytes: seen.parsed.bytes,
        nodeOffset: (location) => seen.parsed.nodeOffset(location),
        version: target.version,
        recipes: new Set(own.flatMap(({ fix }) => fix?.recipe ?? [])),
      };
      const outcome = allowed ? planStatement(context) : { reason: OTHER_FORMAT };
      if (!isRefusal(outcome)) plans.set(statement.ordinal, outcome);
      else {
        unfixed.push(
          ...own.map(({ file: at, line, rule }) => ({
            file: at,
            line,
            rule,
            reason: outcome.reason,
          })),
        );
      }
    },
  });
  const parsed = read.find((one) => one.file.path === file.path)?.parsed;
  return { parsed, plans, unfixed, tables: [...tables.values()] };
}

const OTHER_FORMAT =
  "it takes several files, and they are written in Lockstep's own format only (`lockstep convert`), so write them by hand";
