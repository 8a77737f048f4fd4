import type { Catalog, Table } from "../../../catalog/catalog.ts";
import { written } from "../../../catalog/catalog.ts";
import { columnsIn } from "../../../catalog/columns-in.ts";
import { referencesTo } from "../../../catalog/find.ts";
import { droppedColumns } from "../support/dropped-column.ts";
import { defineRule } from "../../rule.ts";

export const dropColumnDependentObjects = defineRule({
  id: "drop-column-dependent-objects",
  kind: "bug",
  severity: "error",
  summary: "A column is dropped that something outside of it needs",
  why: "PostgreSQL refuses to drop a column that a foreign key refers to or that a generated column is computed from, unless CASCADE is said, and a column of the partition key in any case. Up to PostgreSQL 14 a generated column goes without a word, together with what it is computed from.",
  instead: "Drop the foreign key or the generated column first, in a statement of its own.",
  bad: [
    {
      history:
        "create table users (id bigint primary key, mail text unique);\ncreate table logins (mail text references users (mail));",
      sql: "alter table users drop column mail;",
      refused: "2BP01",
    },
    {
      history: "create table pages (id bigint primary key, parent_id bigint references pages);",
      sql: "alter table pages drop column id;",
      refused: "2BP01",
    },
    {
      history:
        "create table orders (id bigint primary key, net numeric, total numeric generated always as (net * 1.2) stored);",
      sql: "alter table orders drop column net;",
      refused: "2BP01",
    },
    {
      history: "create table events (id bigint, at date) partition by range (at);",
      sql: "alter table events drop column at;",
      refused: "42P16",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key, mail text unique);\ncreate table logins (mail text constraint logins_mail_fkey references users (mail));",
      sql: "alter table logins drop constraint logins_mail_fkey;\nalter table users drop column mail;",
    },
    {
      history:
        "create table orders (id bigint primary key, net numeric, total numeric generated always as (net * 1.2) stored);",
      sql: "alter table orders drop column total;",
    },
  ],
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { name, table, column, relation, cascade } of droppedColumns(context)) {
      if (table === undefined || column === undefined) continue;
      const refusing = refusingParts(context.catalog, table, name, cascade);
      const computed = cascade ? [] : computedFrom(table, name);
      // Up to 14 they go with what they are computed from.
      const isSilent = context.target.version < 15 && refusing.length === 0;
      const needs = [...refusing, ...computed];
      if (needs.length === 0) continue;
      yield {
        message: isSilent
          ? `PostgreSQL drops more than \`${relation}.${name}\`, without a word: ${needs.join(", ")}. Drop that column by name, if it is meant.`
          : `PostgreSQL refuses to drop \`${relation}.${name}\`: ${needs.join(", ")}. Drop what needs it first.`,
        relation,
      };
    }
  },
});

function refusingParts(
  catalog: Catalog,
  table: Table,
  column: string,
  cascade: boolean,
): readonly string[] {
  const inKey = (table.partitionKey?.columns ?? []).some((one) =>
    typeof one === "string" ? one === column : columnsIn(one).includes(column),
  );
  if (inKey) return ["it is part of the partition key"];
  if (cascade) return [];
  return referencesTo(catalog, table.key)
    .filter(
      ({ table: other, constraint }) =>
        constraint.references?.columns.includes(column) &&
        !(other === table && constraint.columns.includes(column)),
    )
    .map(
      ({ table: other, constraint }) =>
        `\`${constraint.name}\` of \`${written(other)}\` refers to it`,
    );
}

function computedFrom(table: Table, column: string): readonly string[] {
  return table.columns
    .filter(
      ({ generatedFrom }) =>
        generatedFrom !== undefined && columnsIn(generatedFrom).includes(column),
    )
    .map(({ name }) => `\`${name}\` is computed from it`);
}
