import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const setExpressionRewrite = defineRule({
  id: "set-expression-rewrite",
  kind: "lock",
  severity: "error",
  versions: { since: 17 },
  summary: "The expression of a stored generated column changes, and the table is rewritten",
  why: "ALTER COLUMN … SET EXPRESSION computes a STORED column again for every row and writes the table anew under ACCESS EXCLUSIVE. A VIRTUAL one (since 18) is computed when it is read, and changes at once.",
  instead:
    "Add another column with the new expression (VIRTUAL, or a plain one that a trigger fills, with old rows in batches), and let the application change over.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key, net numeric, total numeric generated always as (net * 1.20) stored);",
      sql: "alter table orders alter column total set expression as (net * 1.25);",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key, net numeric, total numeric generated always as (net * 1.20) virtual);",
      sql: "alter table orders alter column total set expression as (net * 1.25);",
      note: "a virtual column is computed when it is read",
    },
    {
      sql: "create table orders (id bigint primary key, net numeric, total numeric generated always as (net * 1.20) stored);\nalter table orders alter column total set expression as (net * 1.25);",
      note: "the table is empty",
    },
  ],
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "set-expression-rewrite",
      () => "Add a column with the new expression beside it, and change over.",
    );
  },
});
