/**
 * What a recipe is: from one dangerous statement to the files that come to the same without the
 * danger. Pure: what is needed is in the context, and nothing is read or written.
 */
import type { Node } from "@pgsql/types";
import type { Catalog } from "../catalog/catalog.ts";
import type { Statement } from "../sql/statement.ts";

/** When a file of the sequence may run, as seen from the application. */
export type FixPhase = "expand" | "backfill" | "contract";

export interface PlannedFile {
  readonly phase: FixPhase;
  /** A few words for the file's name: `validate`. */
  readonly name: string;
  readonly language: "sql" | "ts";
  /** Without the comment at its top, which says the phase. */
  readonly text: string;
  /** The version of the application that is deployed has to change before it. */
  readonly deployBoundaryBefore: boolean;
  /** What must have happened, in one sentence, for whoever opens the file. */
  readonly before?: string;
  /** Rules that the file breaks on purpose, at the right time. */
  readonly allow?: readonly string[];
}

export interface RecipeContext {
  readonly statement: Statement;
  readonly node: Node;
  /** What the statement's offsets count in. */
  readonly bytes: Buffer;
  /** The byte offset of a node's `location`. */
  nodeOffset(location: number): number;
  /** As it is before the statement. */
  readonly catalog: Catalog;
  /** Major version of the server. */
  readonly version: number;
  /** Recipes of all findings about the statement: one plan must answer all of them. */
  readonly recipes: ReadonlySet<string>;
}

export interface Plan {
  readonly files: readonly PlannedFile[];
  /** What the whole is, for comments: "NOT NULL on `users.email`". */
  readonly of: string;
  /** What a person should know beyond the files. */
  readonly notes?: readonly string[];
  /** Columns whose values differ from run to run; only whether they are null is compared. */
  readonly random?: readonly string[];
  /** Names of indexes that the original does not make, where the fix is to add one. */
  readonly adds?: readonly string[];
}

/** Why there is no plan, in a sentence. */
export interface Refusal {
  readonly reason: string;
}

export type Recipe = (context: RecipeContext) => Plan | Refusal;

export function refuse(reason: string): Refusal {
  return { reason };
}

export function isRefusal(outcome: object): outcome is Refusal {
  return "reason" in outcome;
}
