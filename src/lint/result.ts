/** What a run of lint comes to, and what reporters are given besides: all that any format needs. */
import type { Finding, FindingKind, Severity } from "./finding.ts";
import type { OtherIds } from "./rule.ts";

export interface LintResult {
  /** What is reported, in order of file and place. */
  readonly findings: readonly Finding[];
  /** How many files were reported on. */
  readonly files: number;
  readonly statements: number;
  /** How many findings comments allow. */
  readonly suppressed: number;
  /** How many findings the baseline file has. */
  readonly baseline: number;
  /** Entries of the baseline file that nothing matches any more. */
  readonly stale: readonly StaleEntry[];
  /** Major version of the server that the findings are for. */
  readonly version: number;
  readonly runner: "lockstep" | "other";
  /** Files that the parser could not read; nothing is known about them. */
  readonly opaque: readonly OpaqueFile[];
  readonly overBudget: readonly OverBudget[];
}

export interface OpaqueFile {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

export interface StaleEntry {
  readonly rule: string;
  readonly file: string;
  /** How many findings fewer there are than the baseline has. */
  readonly missing: number;
}

export interface OverBudget {
  /** `errors`, `warnings`, `infos` or the id of a rule. */
  readonly budget: string;
  readonly allowed: number;
  readonly found: number;
}

/** What reporters say about a rule. */
export interface RuleInfo {
  readonly id: string;
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly summary: string;
  /** Markdown. */
  readonly why: string;
  /** Markdown. */
  readonly instead: string;
  readonly otherIds?: OtherIds;
}

/** Whoever calls decides whether there are colours; a plain one returns the text as it is. */
export interface ReportPaint {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

export interface ReportContext {
  readonly rules: (id: string) => RuleInfo | undefined;
  /** The text of a file as it is on disk, a BOM included; undefined when it cannot be read. */
  readonly source: (file: string) => string | undefined;
  readonly toolVersion: string;
  readonly paint: ReportPaint;
  /** Columns of the terminal. */
  readonly width: number;
}
