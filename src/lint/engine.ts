/**
 * Reads files in the order in which they are applied, replays each into the catalog, and lets the
 * rules look at those that are to be reported.
 *
 * V1 A rule sees the catalog as it is before the statement, and effects that take into account what
 *    the same transaction did before.
 * V2 What cannot be read is a finding with its place, never an exception: the other files are looked
 *    at all the same.
 */
import type { Node } from "@pgsql/types";
import { type Catalog, emptyCatalog } from "../catalog/catalog.ts";
import { applyStatement } from "../catalog/replay/apply-statement.ts";
import { loadLockFacts } from "../locks/locks-of-statement.ts";
import { loadParser, type Parser } from "../sql/parser.ts";
import type { FileContext, LintTarget, StatementContext } from "./context.ts";
import { effectsOf } from "./effects/effects.ts";
import type { Finding } from "./finding.ts";
import { findingOf } from "./place.ts";
import { type LintFile, type ReadFile, readLintFile } from "./read-file.ts";
import { RULES } from "./registry.ts";
import type { Rule } from "./rule.ts";
import { RulesByKind } from "./rules-by-kind.ts";
import { FileSession } from "./session.ts";

export type { LintFile } from "./read-file.ts";

export interface EngineOptions {
  /** All files, in the order of their application. */
  readonly files: readonly LintFile[];
  /** Paths of those on which to report; the others are history. */
  readonly report: readonly string[];
  /** Major version of the server. */
  readonly version: number;
  /** Default "lockstep". */
  readonly runner?: "lockstep" | "other";
  /** As the login role has it; default `public`. */
  readonly searchPath?: readonly string[];
  /** Default: all that are on by default. */
  readonly rules?: readonly Rule[];
  readonly processExitsSoon?: boolean;
  /** Whether what is reported goes out together; default true. False for a whole history. */
  readonly oneRelease?: boolean;
  /** A catalog that was kept from the first `after` files of `files`. */
  readonly start?: { readonly catalog: Catalog; readonly after: number };
  /** Called with each statement that is reported on, before it changes the catalog. */
  readonly onStatement?: (context: StatementContext) => void;
  /** Called with the catalog before the first file of the report, to be kept. */
  readonly onHistory?: (catalog: Catalog, files: number) => void;
}

export interface RawLint {
  readonly findings: readonly Finding[];
  /** Files that were reported on, with what they hold. */
  readonly read: readonly ReadFile[];
  readonly target: LintTarget;
  readonly catalog: Catalog;
}

/** Everything that the rules say; nothing is suppressed yet. */
export async function lintFiles(options: EngineOptions): Promise<RawLint> {
  const { files, version, runner = "lockstep", searchPath, processExitsSoon = false } = options;
  const target: LintTarget = { version, runner, facts: await loadLockFacts(version) };
  const rules = new RulesByKind((options.rules ?? RULES).filter((rule) => applies(rule, target)));
  const parser = await loadParser({ processExitsSoon });
  const report = new Set(options.report);
  const catalog = options.start?.catalog ?? emptyCatalog(searchPath);
  const findings: Finding[] = [];
  const read: ReadFile[] = [];
  const release = files
    .filter(({ path, down }) => report.has(path) && down !== true)
    .map(({ path }) => path);
  const { oneRelease = true, onStatement } = options;
  const parse = parserOf(parser);
  const earlier: FileContext[] = [];
  const around = { target, rules, release, earlier, oneRelease, parse, onStatement };
  let keep = options.onHistory;
  for (const [index, file] of files.entries()) {
    if (index < (options.start?.after ?? 0)) continue;
    if (!report.has(file.path)) {
      replay(await readLintFile(file, { parser, version }), { catalog, parse, version });
      continue;
    }
    keep?.(catalog, index);
    keep = undefined;
    const one = await readLintFile(file, { parser, version });
    read.push(one);
    // Nobody's history has the way back: what it does to the catalog is forgotten again.
    const seen = file.down === true ? structuredClone(catalog) : catalog;
    findings.push(...look(one, { ...around, catalog: seen }));
  }
  return { findings, read, target, catalog };
}

type Parse = (sql: string) => readonly Node[];

interface ReplayContext {
  readonly catalog: Catalog;
  readonly parse: Parse;
  readonly version: number;
}

function replay(read: ReadFile, { catalog, parse, version }: ReplayContext): void {
  const file = read.file.path;
  const searchPath = catalog.searchPath;
  for (const unit of read.units) {
    catalog.step++;
    for (const statement of unit.statements) {
      applyStatement(catalog, statement, { file, version, parse });
    }
  }
  if (read.gap !== undefined) catalog.gaps.push({ file, reason: read.gap });
  // Each file begins in a clean session.
  catalog.searchPath = searchPath;
}

interface LookContext {
  readonly catalog: Catalog;
  readonly target: LintTarget;
  readonly rules: RulesByKind;
  readonly release: readonly string[];
  readonly earlier: FileContext[];
  readonly oneRelease: boolean;
  readonly parse: Parse;
  readonly onStatement: EngineOptions["onStatement"];
}

function look(read: ReadFile, around: LookContext): Finding[] {
  const { catalog, target, rules, release, earlier, oneRelease, parse } = around;
  if (read.parsed === undefined) return [...read.findings];
  const findings: Finding[] = [...read.findings];
  const searchPath = catalog.searchPath;
  const session = new FileSession();
  const file: FileContext = {
    path: read.file.path,
    parsed: read.parsed,
    target,
    catalog,
    before: session.statements,
    release,
    earlier,
    deployedWith: oneRelease ? earlier : [],
    ...(read.file.hasDown !== undefined && { hasDown: read.file.hasDown }),
  };
  for (const unit of read.units) {
    catalog.step++;
    session.beginUnit(unit.inTransaction);
    for (const statement of unit.statements) {
      const { transaction, settings } = session;
      const state = { catalog, target, transaction, settings, parse };
      const context: StatementContext = {
        statement,
        node: statement.node,
        file,
        target,
        catalog,
        effects: effectsOf(statement, state),
        transaction,
        step: catalog.step,
        settings,
      };
      for (const rule of rules.for(context)) {
        for (const report of rule.check?.(context) ?? []) {
          findings.push(findingOf(rule, report, file, statement));
        }
      }
      around.onStatement?.(context);
      applyStatement(catalog, statement, { file: file.path, version: target.version, parse });
      session.after(context);
    }
  }
  for (const rule of rules.all) {
    for (const report of rule.checkFile?.(file) ?? []) {
      findings.push(findingOf(rule, report, report.of?.file ?? file, report.of?.statement));
    }
  }
  if (read.gap !== undefined) catalog.gaps.push({ file: file.path, reason: read.gap });
  catalog.searchPath = searchPath;
  // The list is the same for all files, and grows by one only when that one was looked at.
  if (read.file.down !== true) earlier.push(file);
  return findings;
}

function parserOf(parser: Parser): Parse {
  return (sql) => parser.parse(sql).stmts.flatMap(({ stmt }) => stmt ?? []);
}

function applies({ versions, handledByRunner }: Rule, { version, runner }: LintTarget): boolean {
  if (handledByRunner !== undefined && runner === "lockstep") return false;
  return version >= (versions?.since ?? 0) && version <= (versions?.until ?? Infinity);
}
