/** The sub-commands of ALTER TABLE, with the table that they are about. */
import type { AlterTableCmd, AlterTableType } from "@pgsql/types";
import { type Table, written } from "../../../catalog/catalog.ts";
import { findTable, isNew, nameOf } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";

export interface SubCommand {
  readonly cmd: AlterTableCmd;
  /** Undefined where the catalog has not seen it. */
  readonly table: Table | undefined;
  /** The table as people write it. */
  readonly relation: string;
  /** Made by the same step: nobody else has seen it. */
  readonly isNew: boolean;
}

/** Those of the given kinds, in order. */
export function subCommands(
  { node, catalog }: Pick<StatementContext, "node" | "catalog">,
  ...kinds: readonly AlterTableType[]
): SubCommand[] {
  if (!("AlterTableStmt" in node)) return [];
  const { relation, cmds = [], objtype = "OBJECT_TABLE" } = node.AlterTableStmt;
  const name = nameOf(relation);
  if (objtype !== "OBJECT_TABLE" || name === undefined) return [];
  const table = findTable(catalog, name);
  return cmds.flatMap((one) => {
    if (!("AlterTableCmd" in one)) return [];
    const cmd = one.AlterTableCmd;
    if (!kinds.includes(cmd.subtype ?? "AT_AddColumn")) return [];
    return [
      {
        cmd,
        table,
        relation: written(table ?? { schema: name.schema ?? "public", name: name.name }),
        isNew: table !== undefined && isNew(catalog, table),
      },
    ];
  });
}

/** Where the clause of a sub-command stands, as far as the tree says. */
export function locationOf({ def }: AlterTableCmd): number | undefined {
  if (def === undefined) return undefined;
  if ("ColumnDef" in def) return def.ColumnDef.location ?? def.ColumnDef.typeName?.location;
  return "Constraint" in def ? def.Constraint.location : undefined;
}
