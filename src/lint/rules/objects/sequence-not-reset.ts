import type { InsertStmt } from "@pgsql/types";
import { type Column, written } from "../../../catalog/catalog.ts";
import { findTable, nameOf } from "../../../catalog/find.ts";
import { stringList, walk } from "../../../sql/tree.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { laterStatements } from "../support/later.ts";

export const sequenceNotReset = defineRule({
  id: "sequence-not-reset",
  kind: "bug",
  severity: "warning",
  phase: "migrate",
  summary: "Rows with numbers of their own are inserted, and the sequence does not know",
  why: "An INSERT that gives the value of a serial or identity column itself does not move the sequence. The application's next INSERT gets a number that is taken, and fails with a duplicate key.",
  instead:
    "Leave the column out, or set the sequence behind the rows: `select setval(pg_get_serial_sequence('t', 'id'), max(id)) from t`.",
  bad: [
    {
      history: "create table plans (id bigserial primary key, name text);",
      sql: "insert into plans (id, name) values (1, 'free'), (2, 'pro');",
    },
  ],
  good: [
    {
      history: "create table plans (id bigserial primary key, name text);",
      sql: "insert into plans (name) values ('free'), ('pro');",
    },
    {
      history: "create table plans (id bigserial primary key, name text);",
      sql: "insert into plans (id, name) values (1, 'free');\nselect setval(pg_get_serial_sequence('plans', 'id'), max(id)) from plans;",
    },
    {
      history: "create table plans (id bigint primary key, name text);",
      sql: "insert into plans (id, name) values (1, 'free');",
      note: "no sequence",
    },
  ],
  otherIds: { migrationPilot: ["MP059"] },
  *check(context) {
    const { node, catalog } = context;
    if (!("InsertStmt" in node)) return;
    const table = findTable(catalog, nameOf(node.InsertStmt.relation));
    const numbered = table?.columns.findIndex((one) => isNumbered(one)) ?? -1;
    const column = table?.columns[numbered];
    if (table === undefined || column === undefined) return;
    if (!givesConstant(node.InsertStmt, column, numbered) || isSetLater(context)) return;
    yield {
      message: `These rows bring their own \`${column.name}\`, and the sequence of \`${written(table)}\` stays behind: the next INSERT gets a number that is taken. Leave \`${column.name}\` out, or call setval afterwards.`,
      relation: written(table),
    };
  },
});

function isNumbered({ serial, identity }: Column): boolean {
  return serial === true || identity !== undefined;
}

/** A positive number as written; zero and below no sequence will reach. */
function givesConstant(
  { cols = [], selectStmt }: InsertStmt,
  { name }: Column,
  at: number,
): boolean {
  const place =
    cols.length === 0
      ? at
      : cols.findIndex((one) => "ResTarget" in one && one.ResTarget.name === name);
  const rows =
    selectStmt !== undefined && "SelectStmt" in selectStmt ? selectStmt.SelectStmt.valuesLists : [];
  return (rows ?? []).some((row) => {
    const value = "List" in row ? row.List.items?.[place] : undefined;
    return (
      value !== undefined &&
      "A_Const" in value &&
      (value.A_Const.ival?.ival ?? (value.A_Const.fval === undefined ? 0 : 1)) > 0
    );
  });
}

function isSetLater(context: StatementContext): boolean {
  return laterStatements(context).some(({ node }) => {
    if ("AlterSeqStmt" in node) return true;
    let found = "AlterTableStmt" in node && JSON.stringify(node).includes('"restart"');
    walk(node, (type, fields) => {
      found ||= type === "FuncCall" && stringList(fields["funcname"]).at(-1) === "setval";
    });
    return found || "DoStmt" in node;
  });
}
