/**
 * What the parser tells the other rooms about a file. Offsets are UTF-8 bytes into the file as it
 * is on disk (a BOM included), so that every text can be sent byte for byte; lines and columns are
 * 1-based and columns count code points.
 */
import type { Node } from "@pgsql/types";

/** How a statement that cannot run in a transaction block is probed, cleaned up and applied. */
export type NonTransactionalKind =
  | "create-index-concurrently"
  | "drop-index-concurrently"
  | "reindex-concurrently"
  | "detach-concurrently"
  | "vacuum" // without FULL
  | "vacuum-full"
  | "reindex-many" // REINDEX SCHEMA/DATABASE/SYSTEM, and REINDEX of a partitioned table or index
  | "cluster-many" // CLUSTER without a table, and CLUSTER of a partitioned table
  | "create-database"
  | "drop-database"
  | "alter-database" // SET TABLESPACE
  | "create-tablespace"
  | "drop-tablespace"
  | "alter-system"
  | "create-subscription"
  | "drop-subscription"
  | "alter-subscription"
  | "discard-all"
  | "other"; // known to the tree as impossible in a transaction, or asked for by the author

export interface Directives {
  /** `-- lockstep:transaction none|file|statement`; undefined = decided from the statements. */
  readonly transaction?: "none" | "file" | "statement";
  /** Milliseconds: the longest time anybody may wait behind this file (the stall cap). */
  readonly lockTimeoutMs?: number;
  readonly statementTimeoutMs?: number;
  readonly role?: string;
  /** What the migration does to old code: adds, fills, or takes away what it uses. */
  readonly phase?: "expand" | "backfill" | "contract";
  /** With `phase contract`: the version that code must ship to work without what is taken away. */
  readonly after?: string;
}

export interface Statement {
  /** 1-based position among the statements of its file. */
  readonly ordinal: number;
  /** The exact source text: from its first token to its last, without the semicolon. */
  readonly text: string;
  /** Byte offsets of `text` in the file. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly node: Node;
  /** Set when the statement cannot run inside a transaction block. */
  readonly nonTransactional?: NonTransactionalKind;
  /** Byte range in the file of the inline data after `COPY … FROM stdin;`, without the `\.` line. */
  readonly copyData?: { readonly start: number; readonly end: number };
}

export interface ParsedFile {
  readonly path: string;
  /** What the offsets count in: the file, or the SQL that was made of it. */
  readonly bytes: Buffer;
  readonly directives: Directives;
  readonly statements: readonly Statement[];
  /** The author wrote BEGIN … COMMIT around the whole file; those two are not in `statements`. */
  readonly ownTransaction: boolean;
  /** Byte ranges of that BEGIN and that COMMIT, without their semicolons. */
  readonly ownTransactionRanges?: readonly { readonly start: number; readonly end: number }[];
  /**
   * The transactions that the author wrote into a file of another tool, as groups of ordinals; their
   * BEGIN and COMMIT are not in `statements`. Undefined for our own files.
   */
  readonly transactions?: readonly (readonly number[])[];
  /** The text that this parser cannot read but the server may; then `statements` is empty. */
  readonly opaque?: {
    readonly text: string;
    readonly reason: string;
    readonly line: number;
    /** Byte offset in the file at which the parser gave up. */
    readonly offset: number;
  };
  /** The byte offset in the file of a node's `location`. */
  nodeOffset(location: number): number;
  /** Line and column of a byte offset in the file. */
  locate(byteOffset: number): { line: number; column: number; lineText: string };
}
