/** The sub-commands of ALTER TABLE, with the table that they are about. */
import type { AlterTableCmd, AlterTableType } from "@pgsql/types";
import { type Table, written } from "../../../catalog/catalog.ts";
import { findTable, isNew, nameOf } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { perStatement } from "./per-statement.ts";

export interface SubCommand {
  readonly cmd: AlterTableCmd;
  /** Undefined where the catalog has not seen it. */
  readonly table: Table | undefined;
  /** The table as people write it. */
  readonly relation: string;
  /** Made by the same step: nobody else has seen it. */
  readonly isNew: boolean;
}

type Context = Pick<StatementContext, "node" | "catalog">;

/** Those of the given kinds, in order. */
export function subCommands(context: Context, ...kinds: readonly AlterTableType[]): SubCommand[] {
  if (!("AlterTableStmt" in context.node)) return [];
  return allOf(context).filter(({ cmd }) => kinds.includes(cmd.subtype ?? "AT_AddColumn"));
}

const allOf = perStatement(({ node, catalog }: Context): readonly SubCommand[] => {
  if (!("AlterTableStmt" in node)) return [];
  const { relation, cmds = [], objtype = "OBJECT_TABLE" } = node.AlterTableStmt;
  const name = nameOf(relation);
  if (objtype !== "OBJECT_TABLE" || name === undefined) return [];
  const table = findTable(catalog, name);
  const text = written(table ?? { schema: name.schema ?? "public", name: name.name });
  const fresh = table !== undefined && isNew(catalog, table);
  return cmds.flatMap((one) =>
    "AlterTableCmd" in one ? [{ cmd: one.AlterTableCmd, table, relation: text, isNew: fresh }] : [],
  );
});

/** Where the clause of a sub-command stands, as far as the tree says. */
export function locationOf({ def }: AlterTableCmd): number | undefined {
  if (def === undefined) return undefined;
  if ("ColumnDef" in def) return def.ColumnDef.location ?? def.ColumnDef.typeName?.location;
  return "Constraint" in def ? def.Constraint.location : undefined;
}
