/** What a rule is told about the place that it looks at. */
import type { Node } from "@pgsql/types";
import type { Catalog, RelationKey } from "../catalog/catalog.ts";
import type { LockFacts, LockRole } from "../locks/lock-facts.ts";
import type { LockMode } from "../locks/lock-mode.ts";
import type { ParsedFile, Statement } from "../sql/statement.ts";
import type { LongWork } from "./finding.ts";

export interface LintTarget {
  /** Major version of the server. */
  readonly version: number;
  readonly runner: "lockstep" | "other";
  readonly facts: LockFacts;
}

export interface FileContext {
  readonly path: string;
  readonly parsed: ParsedFile;
  readonly target: LintTarget;
  /** After the whole file when `checkFile` is called, before the statement in `check`. */
  readonly catalog: Catalog;
  /** The statements with what they did, as far as the file was read. */
  readonly before: readonly StatementContext[];
  /** The files of the same report, in order, for what goes across files. */
  readonly release: readonly string[];
  /** Those of them that were read before this one. */
  readonly earlier: readonly FileContext[];
  /** Those of them that go out with it; none when the report is a whole history. */
  readonly deployedWith: readonly FileContext[];
  /** Whether there is a way back; undefined where nobody has looked. */
  readonly hasDown?: boolean;
}

export interface StatementContext {
  readonly statement: Statement;
  readonly node: Node;
  readonly file: FileContext;
  readonly target: LintTarget;
  /** As it is before the statement. */
  readonly catalog: Catalog;
  readonly effects: Effects;
  /**
   * What the same transaction did before it, in order; empty for the first statement, undefined
   * when the statement runs by itself.
   */
  readonly transaction: TransactionContext | undefined;
  /** What commits together has one step, which is the `madeIn` of what it makes. */
  readonly step: number;
  /** What SET statements of the file left, by lower-case name. */
  readonly settings: ReadonlyMap<string, Setting>;
}

export interface Setting {
  readonly value: string;
  readonly local: boolean;
  readonly statement: Statement;
}

export interface TransactionContext {
  readonly statements: readonly StatementContext[];
  /** Strongest mode on each relation that was there before the transaction. */
  readonly held: ReadonlyMap<string, HeldLock>;
}

export interface HeldLock {
  readonly relation: string;
  readonly mode: LockMode;
  readonly by: Statement;
}

/** What a statement does to relations that were there before it: from facts and catalog. */
export interface Effects {
  readonly locks: readonly EffectLock[];
  readonly work: readonly Work[];
  /** Why the effect cannot be known without running it, in words; empty when it is known. */
  readonly unknown: readonly string[];
}

export interface EffectLock {
  /** As people write it: `orders`, `billing.orders`. */
  readonly relation: string;
  /** Undefined where the catalog has not seen it. */
  readonly key?: RelationKey;
  readonly mode: LockMode;
  readonly role: LockRole;
  /** Made by the same step: nobody waits for it. */
  readonly isNew: boolean;
}

/** A piece of work that lasts as long as the table is big. */
export interface Work {
  readonly kind: LongWork;
  /** Id of the rule that explains it. */
  readonly cause: string;
  readonly relation: string;
  readonly key?: RelationKey;
  /** The mode held on the relation while it lasts: by this statement or, when stronger, before it. */
  readonly mode: LockMode;
  /** Somebody waits for all of it: writers of the table, or of another one. */
  readonly harmful: boolean;
  /**
   * Set when it is not the table of the work that is locked, but another one, by an earlier statement
   * of the transaction. It does not count as `longWork` then.
   */
  readonly elsewhere?: boolean;
  /** False: may be, and the trace decides. */
  readonly certain: boolean;
  /** Why it is needed, to be put into the message: "the default is volatile (`random()`)". */
  readonly reason: string;
  /** Byte offset of the clause, as in the parse tree. */
  readonly location?: number;
}
