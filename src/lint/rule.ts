/**
 * What a rule is. One file per rule in rules/, found by the registry; its metadata makes the
 * documentation and SARIF's rule table, and its examples are run as tests.
 */
import type { Node } from "@pgsql/types";
import type { FindingKind, Fix, LongWork, Severity } from "./finding.ts";
import type { FileContext, StatementContext } from "./context.ts";

/** What a deploy is doing when it runs such a statement. */
export type Phase = "expand" | "migrate" | "contract";

/** The name of a node: `AlterTableStmt`. */
export type StatementKind = Node extends infer One
  ? One extends unknown
    ? keyof One
    : never
  : never;

/** Off unless asked for by name. */
export type Pack = "style" | "naming";

export interface RuleExample {
  /** What the history holds before: the SQL of earlier migrations. Default: nothing. */
  readonly history?: string;
  /** The file that is looked at. */
  readonly sql: string;
  /** Files of the same release that come before it. */
  readonly release?: readonly string[];
  /** Whether the file has a way back. */
  readonly hasDown?: boolean;
  /** Major version; default the newest. */
  readonly version?: number;
  /** Default "lockstep". */
  readonly runner?: "lockstep" | "other";
  /** Why this is bad or good, where the SQL alone does not say it. */
  readonly note?: string;
  /**
   * SQLSTATE with which the server answers `sql`, where its tables have rows; nothing of the file
   * is done then. Default: the server does what is asked.
   */
  readonly refused?: string;
  /** SQL for what is in the database though no file makes it, so that lint knows nothing of it. */
  readonly unseen?: string;
  /** What a bare server lacks, without which nobody can run this: "the extension vector". */
  readonly needs?: string;
}

/** Ids that other tools give to the same thing, for whoever comes from them. */
export interface OtherIds {
  readonly squawk?: readonly string[];
  readonly eugene?: readonly string[];
  readonly strongMigrations?: readonly string[];
  readonly atlas?: readonly string[];
  readonly pgfence?: readonly string[];
  readonly migrationPilot?: readonly string[];
  readonly pgMigrationLint?: readonly string[];
  readonly djangoMigrationLinter?: readonly string[];
  readonly postgresLanguageServer?: readonly string[];
  readonly pgrubic?: readonly string[];
}

export interface Rule {
  /** kebab-case, as in the reference of the field. */
  readonly id: string;
  readonly kind: FindingKind;
  readonly severity: Severity;
  readonly phase?: Phase;
  readonly pack?: Pack;
  /** Major versions of the server to which it applies; default all that are supported. */
  readonly versions?: { readonly since?: number; readonly until?: number };
  /**
   * Set when the runner of this project takes care of it by itself: how. Then the rule speaks only
   * with `--runner other`.
   */
  readonly handledByRunner?: string;
  /** One line, without a full stop: "An index is built while writes are blocked". */
  readonly summary: string;
  /** One paragraph of Markdown: what the server does, and who notices. */
  readonly why: string;
  /** One paragraph of Markdown: what to write instead. */
  readonly instead: string;
  readonly bad: readonly [RuleExample, ...RuleExample[]];
  readonly good: readonly [RuleExample, ...RuleExample[]];
  readonly otherIds?: OtherIds;
  /**
   * The statements that `check` looks at: kinds of nodes, or "work" for those that do long work. It is
   * not called for others. Default: all.
   */
  readonly on?: readonly StatementKind[] | "work";
  /** Called for each statement, in order, with the catalog as it is before the statement. */
  check?(context: StatementContext): Iterable<Report>;
  /** Called once for each file, after its last statement; `isLastFile` tells the end of the report. */
  checkFile?(context: FileContext): Iterable<Report>;
}

/** What a rule says; the engine makes a finding of it. */
export interface Report {
  readonly message: string;
  /** Default null. Never set by hand where `Work` of the effects has it. */
  readonly longWork?: LongWork | null;
  /**
   * Where: a byte offset of the file at which a token stands (a node's `location`), or a range.
   * Default: the statement; for a file, its beginning.
   */
  readonly at?: number | { readonly start: number; readonly end: number } | undefined;
  readonly fix?: Fix;
  /** Less or more than the rule's own, where it depends. */
  readonly severity?: Severity;
  readonly relation?: string;
  /** From `checkFile`: the statement that is meant, perhaps of an earlier file of the report. */
  readonly of?: StatementContext | undefined;
}

/** Keeps the literal types of a rule and checks its form. */
export function defineRule(rule: Rule): Rule {
  return rule;
}
