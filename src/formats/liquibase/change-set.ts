/** A change set as its file has it. */
import type { FolderFile } from "../folder.ts";
import type { Condition } from "../guard.ts";

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `raw`: without a default, as it is written; see preconditions.ts. */
export interface Preconditions {
  readonly onFail: string;
  readonly onError: string;
  readonly conditions: readonly Condition[];
}

export interface ChangeSet {
  readonly author: string;
  readonly id: string;
  /** How Liquibase calls the file: its path from where Liquibase looks, or `logicalFilePath`. */
  readonly path: string;
  /** The path was given by `logicalFilePath`, and does not depend on where Liquibase looks. */
  readonly isLogical: boolean;
  readonly file: FolderFile;
  readonly bytes: Buffer;
  readonly line: number;
  /** The lines that are SQL, without those that Liquibase takes for itself. */
  readonly sql: readonly Span[];
  /** The texts behind `--rollback`, and the lines of `/* liquibase rollback`. */
  readonly rollback: readonly Span[];
  readonly runOnChange: boolean;
  readonly runInTransaction: boolean;
  /** Global, over Latin-1; undefined: semicolons only. */
  readonly separator?: RegExp;
  readonly rollbackSeparator?: RegExp;
  readonly preconditions?: Preconditions;
  readonly comment: string;
  readonly contexts: string | null;
  readonly labels: string | null;
  readonly validCheckSums: readonly string[];
  /** The value of a parameter where this change set stands; undefined: it has none. */
  readonly valueOf: (name: string) => string | undefined;
}

/** How Liquibase writes it in messages, and how we tell its rows apart. */
export function keyOf({ path, id, author }: Pick<ChangeSet, "path" | "id" | "author">): string {
  return `${path}::${id}::${author}`;
}
