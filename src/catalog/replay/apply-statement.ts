/**
 * One statement of a history, replayed into the catalog. Nothing here asks a server: what a
 * statement would do to objects that the files have not made is left out, and a statement that the
 * server would refuse changes nothing, or as little as makes sense.
 */
import type { Node } from "@pgsql/types";
import type { Statement } from "../../sql/statement.ts";
import type { Catalog } from "../catalog.ts";
import { alterTable } from "./alter-table.ts";
import { createComposite } from "./composite.ts";
import type { Replay, ReplayContext } from "./context.ts";
import { createTable } from "./create-table.ts";
import { applyDrop } from "./drop.ts";
import { createIndex } from "./indexes.ts";

type NodeType = Node extends infer One ? (One extends unknown ? keyof One : never) : never;
type FieldsOf<T extends NodeType> = Extract<Node, Record<T, unknown>>[T];
type Handlers = { readonly [T in NodeType]?: (replay: Replay, fields: FieldsOf<T>) => void };

/** What is not here (GRANT, VACUUM, LOCK, transaction control, …) changes nothing that is kept. */
const HANDLERS: Handlers = {
  CreateStmt: (replay, statement) => createTable(replay, statement),
  CreateForeignTableStmt: (replay, { base }) => {
    if (base !== undefined) createTable(replay, base, "foreign-table");
  },
  CompositeTypeStmt: createComposite,
  AlterTableStmt: alterTable,
  IndexStmt: createIndex,
  DropStmt: applyDrop,
};

export function applyStatement(
  catalog: Catalog,
  statement: Pick<Statement, "node">,
  context: ReplayContext,
): void {
  applyNode({ ...context, catalog }, statement.node);
}

export function applyNode(replay: Replay, node: Node): void {
  const [type] = Object.keys(node) as NodeType[];
  if (type === undefined) return;
  const handler = HANDLERS[type] as ((replay: Replay, fields: unknown) => void) | undefined;
  handler?.(replay, (node as Record<string, unknown>)[type]);
}
