/**
 * What a random migration folder has made of the schema so far: enough to choose only statements
 * that are valid at that place, and to know what takes each of them back.
 */

export interface Table {
  readonly name: string;
  /** Added later, so that they may be dropped again; every table also has id, n and src. */
  readonly columns: string[];
  /** Something refers to it: it cannot be dropped. */
  pinned: boolean;
  /** Its deferred foreign keys: a new row leaves an event that waits for COMMIT. */
  readonly references: { readonly column: string; readonly parent: string }[];
}

export interface Index {
  readonly name: string;
  readonly table: string;
  readonly column: string;
}

export interface Model {
  readonly tables: Table[];
  indexes: Index[];
  readonly enums: { readonly name: string; values: number }[];
  readonly views: string[];
  /** Gives each object, row and mark a name of its own. */
  next(): number;
}

export function emptyModel(): Model {
  let counter = 0;
  return { tables: [], indexes: [], enums: [], views: [], next: () => (counter += 1) };
}

/** What the file that is being written allows and has done. */
export interface FileState {
  /** `tx`: one transaction; `statement`: each statement commits; `none`: none of them may be in one. */
  readonly mode: "tx" | "statement" | "none";
  /** Every statement must have one that takes it back. */
  readonly reversible: boolean;
  /** Tables with events that wait for COMMIT: DDL on them is an error until then (55006). */
  readonly pending: Set<string>;
  /** Enums that got a value in this file: not to be used before its COMMIT. */
  readonly grown: Set<string>;
}

export interface Written {
  readonly up: string;
  /** In reversible files. */
  readonly down?: string;
}

/** A number that chooses; the same draws always write the same folder. */
export type Draw = number;

export interface Operation {
  readonly name: string;
  readonly modes: readonly FileState["mode"][];
  /** Undefined where the statement would not be valid now. */
  write(model: Model, file: FileState, draw: Draw): Written | undefined;
}

export function choose<T>(items: readonly T[], draw: Draw): T | undefined {
  return items.length === 0 ? undefined : items[draw % items.length];
}
