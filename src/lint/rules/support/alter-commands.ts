/** The sub-commands of ALTER TABLE, each with its table. */
import type { AlterTableCmd, AlterTableStmt, Node } from "@pgsql/types";
import type { Catalog } from "../../../catalog/catalog.ts";
import { nameOf } from "../../../catalog/find.ts";
import { existing, type Existing } from "./existing.ts";

export type AlterKind = NonNullable<AlterTableCmd["subtype"]>;

/** All of them when no kind is given. */
export function alterCommands(node: Node, ...kinds: readonly AlterKind[]): AlterTableCmd[] {
  return commandsOf(node, "OBJECT_TABLE").filter(
    ({ subtype }) => kinds.length === 0 || (subtype !== undefined && kinds.includes(subtype)),
  );
}

export function commandsOf(node: Node, objtype: AlterTableStmt["objtype"]): AlterTableCmd[] {
  if (!("AlterTableStmt" in node) || node.AlterTableStmt.objtype !== objtype) return [];
  return (node.AlterTableStmt.cmds ?? []).flatMap((cmd) =>
    "AlterTableCmd" in cmd ? [cmd.AlterTableCmd] : [],
  );
}

/** The table that ALTER TABLE changes, unless nobody else can see it. */
export function alteredTable(node: Node, catalog: Catalog): Existing | undefined {
  return "AlterTableStmt" in node
    ? existing(catalog, nameOf(node.AlterTableStmt.relation))
    : undefined;
}
