import type { ColumnDef } from "@pgsql/types";
import type { Catalog } from "../../../catalog/catalog.ts";
import { columnType, serialType } from "../../../catalog/replay/column-type.ts";
import { columnOf, findType } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { subCommands } from "../support/alter-table.ts";

export const notNullRequiredNoDefault = defineRule({
  id: "not-null-required-no-default",
  kind: "compatibility",
  severity: "error",
  phase: "contract",
  summary: "A new column is NOT NULL and has no default",
  why: "On a table with rows the statement fails: they would all be null. On an empty one it succeeds, and every INSERT of code that does not know the column fails instead.",
  instead:
    "Add it with a default, which takes a moment, or without NOT NULL; fill the old rows, and make it NOT NULL when all code writes it.",
  bad: [
    {
      history: "create table users (id bigint primary key);",
      sql: "alter table users add column email text not null;",
      refused: "23502",
    },
    {
      history: "create table users (id bigint primary key);",
      sql: "alter table users add column email text not null default null;",
      refused: "23502",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key);",
      sql: "alter table users add column email text not null default '';",
    },
    {
      history: "create table users (id bigint primary key);",
      sql: "alter table users add column email text;",
    },
    {
      sql: "create table users (id bigint primary key);\nalter table users add column email text not null;",
      note: "the table is new and has no rows",
    },
    {
      history: "create table users (first text, last text);",
      sql: "alter table users add column name text not null generated always as (first || last) stored;",
      note: "it is computed",
    },
    {
      history: "create table users (name text);",
      sql: "alter table users add column id bigint not null generated always as identity;",
    },
    {
      history:
        "create domain label as text default 'none';\ncreate table users (id bigint primary key);",
      sql: "alter table users add column kind label not null;",
      note: "the domain has a default",
    },
  ],
  otherIds: {
    squawk: ["adding-required-field"],
    atlas: ["MF103"],
    migrationPilot: ["MP084"],
    pgMigrationLint: ["PGM008"],
    djangoMigrationLinter: ["NOT_NULL"],
    postgresLanguageServer: ["addingRequiredField"],
  },
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { cmd, table, relation, isNew } of subCommands(context, "AT_AddColumn")) {
      if (cmd.def === undefined || !("ColumnDef" in cmd.def)) continue;
      const column = cmd.def.ColumnDef;
      if (cmd.missing_ok === true && columnOf(table, column.colname) !== undefined) continue;
      if ((isNew && table?.filled !== true) || !isRequired(column)) continue;
      if (hasValue(column, context.catalog)) continue;
      yield {
        message: `\`${relation}.${column.colname}\` is NOT NULL without a default: rows that are there make it fail, and code that does not know it cannot insert. Give it a default, or make it NOT NULL later.`,
        at: column.location,
        relation,
      };
    }
  },
});

function isRequired({ constraints = [] }: ColumnDef): boolean {
  return constraints.some(
    (one) =>
      "Constraint" in one &&
      (one.Constraint.contype === "CONSTR_NOTNULL" || one.Constraint.contype === "CONSTR_PRIMARY"),
  );
}

function hasValue({ constraints = [], typeName }: ColumnDef, catalog: Catalog): boolean {
  if (typeName !== undefined && serialType(typeName) !== undefined) return true;
  const own = constraints.flatMap((one) => ("Constraint" in one ? [one.Constraint] : []));
  if (own.some(({ contype }) => contype === "CONSTR_IDENTITY" || contype === "CONSTR_GENERATED")) {
    return true;
  }
  const value = own.find(({ contype }) => contype === "CONSTR_DEFAULT")?.raw_expr;
  if (value !== undefined) return !("A_Const" in value && value.A_Const.isnull === true);
  const type = findType(catalog, columnType(catalog, typeName));
  return type?.kind === "domain" && type.default !== undefined;
}
