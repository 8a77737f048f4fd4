/** The columns that a statement declares, and the types that it gives to columns. */
import type { ColumnDef, Constraint, ConstrType, CreateStmt, TypeName } from "@pgsql/types";
import { type ColumnType, type Table, written } from "../../../catalog/catalog.ts";
import { columnType, serialType } from "../../../catalog/replay/column-type.ts";
import { columnOf, findRelation, nameOf } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { subCommands } from "./alter-table.ts";

export interface DeclaredColumn {
  readonly column: ColumnDef;
  readonly name: string;
  /** The table as people write it. */
  readonly relation: string;
  /** Of ADD COLUMN, where the catalog has seen it. */
  readonly table: Table | undefined;
  /** By ADD COLUMN to a table that others may use. */
  readonly added: boolean;
}

/** Columns of CREATE TABLE and of ADD COLUMN; none of a statement that finds them already there. */
export function declaredColumns(context: StatementContext): DeclaredColumn[] {
  const { node, catalog } = context;
  if ("CreateStmt" in node) {
    const { relation, tableElts = [], if_not_exists } = node.CreateStmt;
    const name = nameOf(relation);
    if (name === undefined) return [];
    if (if_not_exists === true && findRelation(catalog, name) !== undefined) return [];
    const text = written({ schema: name.schema ?? "public", name: name.name });
    return tableElts.flatMap((element) =>
      "ColumnDef" in element && element.ColumnDef.colname !== undefined
        ? [
            {
              column: element.ColumnDef,
              name: element.ColumnDef.colname,
              relation: text,
              table: undefined,
              added: false,
            },
          ]
        : [],
    );
  }
  return subCommands(context, "AT_AddColumn").flatMap(({ cmd, table, relation, isNew }) => {
    if (cmd.def === undefined || !("ColumnDef" in cmd.def)) return [];
    const column = cmd.def.ColumnDef;
    const name = column.colname;
    if (name === undefined) return [];
    if (cmd.missing_ok === true && columnOf(table, name) !== undefined) return [];
    return [{ column, name, relation, table, added: !isNew }];
  });
}

export interface DeclaredType {
  readonly column: string;
  readonly relation: string;
  readonly type: ColumnType;
  readonly typeName: TypeName;
  readonly location: number | undefined;
}

/** The types of new columns, and those that ALTER COLUMN … TYPE gives. */
export function declaredTypes(context: StatementContext): DeclaredType[] {
  const { catalog } = context;
  const made = declaredColumns(context).map(({ column, name, relation }) => ({
    column: name,
    relation,
    def: column,
  }));
  const changed = subCommands(context, "AT_AlterColumnType").flatMap(({ cmd, relation }) =>
    cmd.def !== undefined && "ColumnDef" in cmd.def
      ? [{ column: cmd.name ?? "", relation, def: cmd.def.ColumnDef }]
      : [],
  );
  return [...made, ...changed].flatMap(({ column, relation, def }) => {
    const { typeName } = def;
    if (typeName === undefined) return [];
    const type = serialType(typeName) ?? columnType(catalog, typeName);
    return [{ column, relation, type, typeName, location: typeName.location ?? def.location }];
  });
}

export function constraintsIn(column: ColumnDef): Constraint[] {
  return (column.constraints ?? []).flatMap((one) => ("Constraint" in one ? [one.Constraint] : []));
}

export function hasConstraint(column: ColumnDef, ...kinds: readonly ConstrType[]): boolean {
  return constraintsIn(column).some(({ contype }) => kinds.includes(contype ?? "CONSTR_NULL"));
}

/** The constraints that CREATE TABLE has beside its columns. */
export function tableConstraints({ tableElts = [] }: CreateStmt): Constraint[] {
  return tableElts.flatMap((one) => ("Constraint" in one ? [one.Constraint] : []));
}
