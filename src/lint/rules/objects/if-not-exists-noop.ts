import { written } from "../../../catalog/catalog.ts";
import { findTable, nameOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { listOf } from "../support/existing.ts";

export const ifNotExistsNoop = defineRule({
  id: "if-not-exists-noop",
  kind: "bug",
  severity: "warning",
  summary: "CREATE TABLE IF NOT EXISTS does nothing, and the table looks different",
  why: "IF NOT EXISTS looks at the name only. Where the table exists, nothing is made or changed, and what the statement says about columns is not true.",
  instead: "ALTER TABLE … ADD COLUMN for what is missing, or another name.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "create table if not exists orders (id bigint primary key, note text);",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "create table if not exists orders (id bigint primary key);",
      note: "the same table",
    },
    { sql: "create table if not exists orders (id bigint primary key, note text);" },
  ],
  otherIds: { pgMigrationLint: ["PGM403"] },
  on: ["CreateStmt"],
  *check({ node, catalog }) {
    if (!("CreateStmt" in node) || node.CreateStmt.if_not_exists !== true) return;
    const { relation, tableElts = [] } = node.CreateStmt;
    const table = findTable(catalog, nameOf(relation));
    if (table === undefined) return;
    const wanted = tableElts.flatMap((one) =>
      "ColumnDef" in one ? [one.ColumnDef.colname ?? ""] : [],
    );
    const missing = wanted.filter((name) => !table.columns.some((column) => column.name === name));
    if (missing.length === 0) return;
    yield {
      message: `\`${written(table)}\` exists, so that nothing happens, and ${listOf(missing)} will not be there. Use ALTER TABLE … ADD COLUMN.`,
      at: relation?.location,
    };
  },
});
