/** ALTER TABLE, subcommand by subcommand, in the order in which they are written. */
import type { AlterTableCmd, AlterTableStmt, Node } from "@pgsql/types";
import type { Table } from "../catalog.ts";
import { findIndex, findRelation, findTable, isTable, nameOf } from "../find.ts";
import * as columns from "./alter-column.ts";
import * as constraints from "./alter-constraint.ts";
import { alterComposite, ofType } from "./composite.ts";
import { tableConstraint } from "./column-definition.ts";
import { addWritten } from "./constraints.ts";
import type { Replay } from "./context.ts";
import { attach } from "./indexes.ts";
import { addParent, removeParent } from "./inheritance.ts";
import { readOptions, resetOptions } from "./options.ts";
import { attachPartition, detachPartition } from "./partitions.ts";

/** One subcommand on one table. */
export interface Alteration {
  readonly replay: Replay;
  readonly table: Table;
  readonly command: AlterTableCmd;
  /** ONLY was written. */
  readonly only: boolean;
}

export function alterTable(replay: Replay, statement: AlterTableStmt): void {
  const relation = findRelation(replay.catalog, nameOf(statement.relation));
  if (relation === undefined) return;
  for (const node of sorted(statement.cmds)) {
    if (!("AlterTableCmd" in node)) continue;
    const command = node.AlterTableCmd;
    if (isTable(relation)) {
      const only = statement.relation?.inh !== true;
      COMMANDS[command.subtype ?? ""]?.({ replay, table: relation, command, only });
    } else if (relation.kind === "index") {
      if (command.subtype !== "AT_AttachPartition") continue;
      const child = findIndex(replay.catalog, partitionName(command.def));
      if (child !== undefined) attach(replay, child, relation);
    } else if (relation.kind === "composite-type") alterComposite(replay, relation, command);
  }
}

/**
 * The passes of the server: what goes away goes first, then types, then what is added, wherever in
 * the list it stands.
 */
function sorted(commands: readonly Node[] | undefined): Node[] {
  const pass = (node: Node): number => {
    const subtype = "AlterTableCmd" in node ? (node.AlterTableCmd.subtype ?? "") : "";
    if (subtype.startsWith("AT_Drop")) return 0;
    if (subtype === "AT_AlterColumnType") return 1;
    if (subtype === "AT_AddColumn") return 2;
    if (subtype === "AT_SetExpression" || subtype === "AT_SetNotNull") return 3;
    return 4;
  };
  return (commands ?? []).toSorted((left, right) => pass(left) - pass(right));
}

const COMMANDS: Readonly<Record<string, (alteration: Alteration) => void>> = {
  AT_AddColumn: columns.addColumn,
  AT_DropColumn: columns.dropColumnCommand,
  AT_ColumnDefault: columns.setDefault,
  AT_SetNotNull: columns.setNotNull,
  AT_DropNotNull: columns.dropNotNull,
  AT_SetExpression: columns.setExpression,
  AT_DropExpression: columns.dropExpression,
  AT_AddIdentity: columns.addIdentity,
  AT_SetIdentity: columns.setIdentity,
  AT_DropIdentity: columns.dropIdentity,
  AT_AlterColumnType: columns.alterType,
  AT_AddConstraint: ({ replay, table, command: { def }, only }) => {
    if (def === undefined || !("Constraint" in def)) return;
    addWritten(replay, table, tableConstraint(def.Constraint), { only });
  },
  AT_DropConstraint: constraints.dropConstraintCommand,
  AT_ValidateConstraint: constraints.validateConstraint,
  AT_AlterConstraint: constraints.alterConstraint,
  AT_SetLogged: ({ table }) => void (table.persistence = "permanent"),
  AT_SetUnLogged: ({ table }) => void (table.persistence = "unlogged"),
  AT_SetAccessMethod: ({ table, command }) => void (table.accessMethod = command.name ?? "heap"),
  AT_SetTableSpace: ({ table, command: { name } }) => {
    if (name === undefined || name === "pg_default") delete table.tablespace;
    else table.tablespace = name;
  },
  AT_SetRelOptions: ({ table, command }) => readOptions(table.options, listOf(command.def)),
  AT_ResetRelOptions: ({ table, command }) => resetOptions(table.options, listOf(command.def)),
  AT_EnableRowSecurity: ({ table }) => void (table.rowSecurity = true),
  AT_DisableRowSecurity: ({ table }) => void (table.rowSecurity = false),
  AT_ReplicaIdentity: ({ table, command: { def } }) => {
    if (def === undefined || !("ReplicaIdentityStmt" in def)) return;
    const words = { d: "default", n: "nothing", f: "full", i: "index" } as const;
    table.replicaIdentity =
      words[(def.ReplicaIdentityStmt.identity_type ?? "d") as keyof typeof words] ?? "default";
  },
  AT_AddInherit: ({ replay, table, command: { def } }) => {
    const parent = relationIn(replay, def);
    if (parent !== undefined) addParent(replay, table, parent);
  },
  AT_DropInherit: ({ replay, table, command: { def } }) => {
    const parent = relationIn(replay, def);
    if (parent !== undefined) removeParent(table, parent);
  },
  AT_AddOf: ({ replay, table, command: { def } }) => {
    if (def !== undefined && "TypeName" in def) ofType(replay, table, def.TypeName);
  },
  AT_DropOf: ({ table }) => void delete table.ofType,
  AT_AttachPartition: ({ replay, table, command: { def } }) => {
    const partition = findTable(replay.catalog, partitionName(def));
    const spec = def !== undefined && "PartitionCmd" in def ? def.PartitionCmd.bound : undefined;
    if (partition === undefined || spec === undefined) return;
    const bound = spec.is_default === true ? "default" : { PartitionBoundSpec: spec };
    attachPartition(replay, partition, table, bound);
  },
  AT_DetachPartition: ({ replay, table, command: { def } }) => {
    const partition = findTable(replay.catalog, partitionName(def));
    if (partition === undefined || def === undefined || !("PartitionCmd" in def)) return;
    detachPartition(replay, partition, table, def.PartitionCmd.concurrent === true);
  },
};

function relationIn({ catalog }: Replay, def: Node | undefined): Table | undefined {
  return def !== undefined && "RangeVar" in def
    ? findTable(catalog, nameOf(def.RangeVar))
    : undefined;
}

function partitionName(def: Node | undefined): ReturnType<typeof nameOf> {
  return def !== undefined && "PartitionCmd" in def ? nameOf(def.PartitionCmd.name) : undefined;
}

function listOf(def: Node | undefined): readonly Node[] | undefined {
  return def !== undefined && "List" in def ? def.List.items : undefined;
}
