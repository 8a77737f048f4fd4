/**
 * A part of what a statement does, before the facts are asked: which measured case applies to which
 * table, and the rule that would explain it.
 */
import type { Constraint, Relation, Table } from "../../catalog/catalog.ts";
import type { RelationName } from "../../locks/relation-name.ts";

export interface Part {
  /** Id in the facts: `alter-table/set-not-null:scan`. */
  readonly case: string;
  /** Id of the rule that explains it. */
  readonly cause: string;
  /** The table that the work is done on; its name where the catalog has not seen it. */
  readonly on: Relation | RelationName;
  /** Another table whose writers wait for the same work: the other end of a foreign key. */
  readonly also?: Table | undefined;
  readonly reason: string;
  readonly location?: number | undefined;
  /** Set for VALIDATE CONSTRAINT, whose own lock hurts nobody: see validate.ts. */
  readonly validates?: { readonly name: string; readonly constraint: Constraint | undefined };
  /** Default true. */
  readonly certain?: boolean;
}
