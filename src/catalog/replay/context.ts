/** What every part of the replay is handed. */
import type { Node } from "@pgsql/types";
import type { Catalog } from "../catalog.ts";

export interface ReplayContext {
  /** As findings name it. */
  readonly file: string;
  /** Major version of the server. */
  readonly version: number;
  /** Reads the static statements of a DO block; without it each DO block is a gap. */
  readonly parse?: (sql: string) => readonly Node[];
}

export interface Replay extends ReplayContext {
  readonly catalog: Catalog;
}

/** Since 18 each NOT NULL is a constraint with a name. */
export function namesNotNull({ version }: Replay): boolean {
  return version >= 18;
}
