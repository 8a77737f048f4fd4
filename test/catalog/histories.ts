/** Histories that are run on a server and replayed: see replay.test.ts. */
import { INDEX_HISTORIES } from "./histories-indexes.ts";
import { OBJECT_HISTORIES } from "./histories-objects.ts";
import { PARTITION_HISTORIES } from "./histories-partitions.ts";
import { TABLE_HISTORIES } from "./histories-tables.ts";

export interface History {
  readonly name: string;
  readonly sql: string;
  readonly since?: number;
  readonly until?: number;
  /** What the server says to statements of it that it refuses, in order. */
  readonly refused?: readonly string[];
}

export const HISTORIES: readonly History[] = [
  ...TABLE_HISTORIES,
  ...INDEX_HISTORIES,
  ...PARTITION_HISTORIES,
  ...OBJECT_HISTORIES,
];
