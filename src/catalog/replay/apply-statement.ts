import type { Node } from "@pgsql/types";
import type { Statement } from "../../sql/statement.ts";
import type { Catalog } from "../catalog.ts";

export function applyStatement(
  _catalog: Catalog,
  _statement: Pick<Statement, "node">,
  _context: { file: string; version: number; parse?: (sql: string) => Node[] },
): void {}
