/** CREATE and DROP of tables, views and sequences, TRUNCATE, LOCK, and maintenance. */
import type { CreateStmt, DefElem, DropStmt, Node, VacuumStmt } from "@pgsql/types";
import { LOCK_MODES } from "../lock-mode.ts";
import { fromNameList, fromRangeVar, fromRangeVars, relationsIn, walk } from "../relation-name.ts";
import { shape, type StatementShape } from "../statement-shape.ts";

const DROPS: Partial<Record<NonNullable<DropStmt["removeType"]>, string>> = {
  OBJECT_TABLE: "drop-table",
  OBJECT_VIEW: "drop-view",
  OBJECT_MATVIEW: "drop-materialized-view",
  OBJECT_SEQUENCE: "drop-sequence",
};

/** Those whose CASCADE reaches relations that RESTRICT refuses to touch. */
const CASCADING = new Set(["drop-table", "drop-view", "drop-sequence"]);

export function shapesOfTable(node: Node): StatementShape[] | undefined {
  if ("CreateStmt" in node) return createTable(node.CreateStmt);
  if ("CreateForeignTableStmt" in node) return createTable(node.CreateForeignTableStmt.base ?? {});
  if ("CreateTableAsStmt" in node) {
    const { objtype, query } = node.CreateTableAsStmt;
    const id = objtype === "OBJECT_MATVIEW" ? "create-materialized-view" : "create-table-as";
    return [shape(id, { source: relationsIn(query) })];
  }
  if ("ViewStmt" in node) {
    const { view, query, replace } = node.ViewStmt;
    const source = relationsIn(query);
    // Without OR REPLACE the view is new; with it, an old one of that name is locked.
    if (replace !== true) return [shape("create-view", { source })];
    return [shape("create-or-replace-view", { target: fromRangeVar(view), source })];
  }
  if ("CreateSeqStmt" in node) {
    return ownedBy(node.CreateSeqStmt.options).map((table) =>
      shape("create-sequence/owned-by", { "table-of-sequence": [table] }),
    );
  }
  if ("AlterSeqStmt" in node) {
    const { sequence, options } = node.AlterSeqStmt;
    const target = fromRangeVar(sequence);
    const tables = ownedBy(options);
    if (tables.length === 0) return [shape("alter-sequence", { target })];
    return [shape("alter-sequence/owned-by", { target, "table-of-sequence": tables })];
  }
  if ("DropStmt" in node) return drop(node.DropStmt);
  if ("TruncateStmt" in node) {
    const { relations, behavior } = node.TruncateStmt;
    const id = behavior === "DROP_CASCADE" ? "truncate-cascade" : "truncate";
    return [shape(id, { target: fromRangeVars(relations) })];
  }
  if ("LockStmt" in node) {
    // The tree numbers the modes from 1, in the order of lockdefs.h, which is that of LOCK_MODES.
    const mode = LOCK_MODES[(node.LockStmt.mode ?? LOCK_MODES.length) - 1] ?? "ACCESS EXCLUSIVE";
    const id = `lock-table/${mode.toLowerCase().replaceAll(" ", "-")}`;
    return [shape(id, { target: fromRangeVars(node.LockStmt.relations) })];
  }
  if ("RefreshMatViewStmt" in node) {
    const { relation, concurrent } = node.RefreshMatViewStmt;
    const id = `refresh-materialized-view${concurrent === true ? "-concurrently" : ""}`;
    return [shape(id, { target: fromRangeVar(relation) })];
  }
  if ("VacuumStmt" in node) {
    return [shape(vacuumId(node.VacuumStmt), { target: relationsIn(node.VacuumStmt.rels) })];
  }
  if ("ClusterStmt" in node) {
    return [shape("cluster", { target: fromRangeVar(node.ClusterStmt.relation) })];
  }
  return undefined;
}

function createTable(stmt: CreateStmt): StatementShape[] {
  const shapes: StatementShape[] = [];
  const created = fromRangeVar(stmt.relation)[0];
  walk(stmt.tableElts, (key, value) => {
    if (key === "TableLikeClause") {
      shapes.push(shape("create-table/like", { source: relationsIn(value) }));
    } else if (key === "Constraint" && value["contype"] === "CONSTR_FOREIGN") {
      // A table that refers to itself locks nobody else's.
      const referenced = relationsIn(value["pktable"]).filter(
        ({ schema, name }) => name !== created?.name || schema !== created.schema,
      );
      if (referenced.length > 0) shapes.push(shape("create-table/foreign-key", { referenced }));
    }
  });
  const parent = fromRangeVars(stmt.inhRelations);
  if (parent.length > 0) {
    const id = stmt.partbound === undefined ? "create-table/inherits" : "create-table/partition-of";
    shapes.push(shape(id, { parent }));
  }
  return shapes;
}

function drop(stmt: DropStmt): StatementShape[] | undefined {
  const name = DROPS[stmt.removeType ?? "OBJECT_TABLE"];
  if (name === undefined) return undefined;
  const cascades = stmt.behavior === "DROP_CASCADE" && CASCADING.has(name);
  const target = (stmt.objects ?? []).flatMap((object) => fromNameList(object));
  return [shape(cascades ? `${name}-cascade` : name, { target })];
}

function vacuumId(stmt: VacuumStmt): string {
  if (stmt.is_vacuumcmd !== true) return "analyze";
  return isOn(stmt.options, "full") ? "vacuum-full" : "vacuum";
}

function ownedBy(options: readonly Node[] | undefined): ReturnType<typeof fromNameList> {
  const option = definitions(options).find(({ defname }) => defname === "owned_by");
  // OWNED BY NONE is a list of one word; a column is two or three.
  return fromNameList(option?.arg, 1);
}

/** Whether a parenthesised option is given and not switched off. */
export function isOn(options: readonly Node[] | undefined, name: string): boolean {
  const option = definitions(options).find(({ defname }) => defname?.toLowerCase() === name);
  if (option === undefined) return false;
  const { arg } = option;
  if (arg === undefined) return true;
  if ("Boolean" in arg) return arg.Boolean.boolval === true;
  if ("Integer" in arg) return arg.Integer.ival === 1;
  if ("String" in arg) return !/^(false|off)$/i.test(arg.String.sval ?? "");
  return true;
}

function definitions(options: readonly Node[] | undefined): DefElem[] {
  return (options ?? []).flatMap((option) => ("DefElem" in option ? [option.DefElem] : []));
}
