/** The names that a statement gives: of objects, columns, constraints and indexes. */
import type { Constraint, ConstrType } from "@pgsql/types";
import type { StatementContext } from "../../context.ts";
import { subCommands } from "./alter-table.ts";
import { constraintsIn, declaredColumns, tableConstraints } from "./columns.ts";
import { createdObject } from "./created.ts";

export interface DeclaredName {
  /** "table", "column", "index", "foreign key". */
  readonly what: string;
  readonly name: string;
  readonly location: number | undefined;
}

const CONSTRAINTS: Readonly<Partial<Record<ConstrType, string>>> = {
  CONSTR_CHECK: "check",
  CONSTR_PRIMARY: "primary key",
  CONSTR_UNIQUE: "unique constraint",
  CONSTR_EXCLUSION: "exclusion constraint",
  CONSTR_FOREIGN: "foreign key",
};

const RENAMED: Readonly<Record<string, string>> = {
  OBJECT_TABLE: "table",
  OBJECT_COLUMN: "column",
  OBJECT_INDEX: "index",
  OBJECT_VIEW: "view",
  OBJECT_SEQUENCE: "sequence",
  OBJECT_SCHEMA: "schema",
};

export function declaredNames(context: StatementContext): DeclaredName[] {
  const { node } = context;
  const names: DeclaredName[] = [];
  const created = createdObject(node);
  if (created !== undefined) names.push(created);
  for (const { column, name } of declaredColumns(context)) {
    names.push({ what: "column", name, location: column.location });
    names.push(...constraintsIn(column).flatMap(ofConstraint));
  }
  if ("CreateStmt" in node) names.push(...tableConstraints(node.CreateStmt).flatMap(ofConstraint));
  for (const { cmd } of subCommands(context, "AT_AddConstraint")) {
    if (cmd.def !== undefined && "Constraint" in cmd.def) {
      names.push(...ofConstraint(cmd.def.Constraint));
    }
  }
  if ("IndexStmt" in node && node.IndexStmt.idxname !== undefined) {
    const what = node.IndexStmt.unique === true ? "unique index" : "index";
    names.push({ what, name: node.IndexStmt.idxname, location: undefined });
  }
  if ("CreateSchemaStmt" in node && node.CreateSchemaStmt.schemaname !== undefined) {
    names.push({ what: "schema", name: node.CreateSchemaStmt.schemaname, location: undefined });
  }
  if ("RenameStmt" in node) {
    const { renameType, newname } = node.RenameStmt;
    const what = RENAMED[renameType ?? ""];
    if (what !== undefined && newname !== undefined) {
      names.push({ what, name: newname, location: undefined });
    }
  }
  return names;
}

function ofConstraint({ contype, conname, location }: Constraint): DeclaredName[] {
  const what = contype === undefined ? undefined : CONSTRAINTS[contype];
  return what === undefined || conname === undefined ? [] : [{ what, name: conname, location }];
}
