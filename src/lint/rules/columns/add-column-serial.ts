import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const addColumnSerial = defineRule({
  id: "add-column-serial",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A new serial column rewrites the table",
  why: "`serial` is a column with the default `nextval(…)`. Each of the rows that are there gets a number, so PostgreSQL writes every row anew under ACCESS EXCLUSIVE.",
  instead:
    "Add a nullable column, make a sequence that it owns and let it be the default of new rows, and number the old rows in batches.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column number bigserial;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column number bigint;\ncreate sequence orders_number_seq owned by orders.number;\nalter table orders alter column number set default nextval('orders_number_seq');",
    },
    {
      sql: "create table orders (id bigserial primary key);\nalter table orders add column number bigserial;",
      note: "the table is empty, and nobody has seen it",
    },
  ],
  otherIds: {
    eugene: ["E11"],
    strongMigrations: ["add_column_auto_incrementing"],
    pgfence: ["add-column-serial"],
    postgresLanguageServer: ["addSerialColumn"],
    pgrubic: ["US004"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "add-column-serial",
      () =>
        "Add a nullable column, give it a sequence as default afterwards, and number old rows in batches.",
    );
  },
});
