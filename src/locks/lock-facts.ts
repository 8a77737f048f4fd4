/**
 * The vocabulary of the measured lock facts. A fact says: a statement of this shape takes these modes
 * on the relations that play these roles in it, and does this work on them. Facts are written
 * from real servers by `npm run facts` and are never edited.
 */
import type { LockMode } from "./lock-mode.ts";

/**
 * What a relation is to the statement. `target`, `parent`, `partition`, `index`, `source`,
 * `table-of-trigger` and `referenced` in ADD FOREIGN KEY are named in the text; `child`,
 * `referencing`, `view`, `table-of-index`, `table-of-trigger`, `table-of-type` and
 * `default-partition` may be reached only through the catalog.
 */
export const LOCK_ROLES = [
  "target",
  "index",
  "source",
  "referenced",
  "referencing",
  "parent",
  "partition",
  "default-partition",
  "child",
  "view",
  "table-of-index",
  "table-of-trigger",
  "table-of-sequence",
  "table-of-statistics",
  "table-of-type",
] as const;

export type LockRole = (typeof LOCK_ROLES)[number];

/** What takes the longer the more rows a relation has, longest first. */
export const WORK_KINDS = ["rewrite", "index-build", "fk-validation", "scan"] as const;

export type WorkKind = (typeof WORK_KINDS)[number];

/** `shape` -> the union over its cases; `shape:case` -> what that case alone does. */
export type LockFacts = Readonly<Record<string, ShapeFacts>>;

export interface ShapeFacts {
  /** The strongest mode seen in each role; none at all: it takes no lock on a relation. */
  readonly locks: Readonly<Partial<Record<LockRole, LockMode>>>;
  /** Left out when nothing long was done to any relation. */
  readonly work?: WorkByRole;
  /** A constraint proved that a scan was not necessary. */
  readonly proof?: true;
}

export type WorkByRole = Readonly<Partial<Record<LockRole, readonly WorkKind[]>>>;
