/** CREATE SCHEMA with its elements, and what CREATE EXTENSION leaves unknown. */
import type { CreateExtensionStmt, CreateSchemaStmt, Node } from "@pgsql/types";
import type { Replay } from "./context.ts";
import { addGap } from "./gaps.ts";

export function createSchema(
  replay: Replay,
  { schemaname, authrole, schemaElts }: CreateSchemaStmt,
  apply: (replay: Replay, node: Node) => void,
): void {
  const schema = schemaname ?? authrole?.rolename;
  if (schema === undefined) return;
  const { catalog } = replay;
  catalog.schemas.add(schema);
  // The elements are made with the new schema in front of the search path.
  const before = catalog.searchPath;
  catalog.searchPath = [schema, ...before];
  // Those that refer to others are made later: the server sorts by kind.
  for (const element of (schemaElts ?? []).toSorted((left, right) => rank(left) - rank(right))) {
    apply(replay, element);
  }
  catalog.searchPath = before;
}

const ORDER: readonly string[] = [
  "CreateSeqStmt",
  "CreateStmt",
  "ViewStmt",
  "IndexStmt",
  "CreateTrigStmt",
];

function rank(node: Node): number {
  return ORDER.findIndex((type) => type in node);
}

export function createExtension(replay: Replay, { extname }: CreateExtensionStmt): void {
  const { catalog } = replay;
  if (extname === undefined || catalog.extensions.has(extname)) return;
  catalog.extensions.add(extname);
  addGap(replay, "extension");
}
