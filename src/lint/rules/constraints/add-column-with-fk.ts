import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const addColumnWithFk = defineRule({
  id: "add-column-with-fk",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A new column with a default refers to another table, and all rows are looked up",
  why: "A new column that is null everywhere has nothing to look up, and REFERENCES takes a moment. With a default every row has a value, and PostgreSQL looks up all of them under ACCESS EXCLUSIVE.",
  instead:
    "Add the column with its default, then the foreign key `NOT VALID`, and validate it in a later transaction.",
  bad: [
    {
      history:
        "create table customers (id bigint primary key);\ninsert into customers values (1);\ncreate table orders (id bigint primary key);",
      sql: "alter table orders add column customer_id bigint default 1 references customers;",
    },
  ],
  good: [
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint primary key);",
      sql: "alter table orders add column customer_id bigint references customers;",
      note: "null in every row: nothing is looked up",
    },
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint primary key);",
      sql: "alter table orders add column customer_id bigint default 1;\nalter table orders add constraint customer_fk foreign key (customer_id) references customers not valid;",
    },
  ],
  otherIds: {
    squawk: ["adding-foreign-key-constraint"],
    eugene: ["E1"],
    strongMigrations: ["add_reference"],
    pgfence: ["add-column-inline-foreign-key"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(context, "add-column-with-fk", () => ({
      advice: "Add the column first, then the foreign key NOT VALID, and validate it later.",
      fix: {
        title: "Add the foreign key NOT VALID, and validate later",
        edits: [],
        recipe: "foreign-key",
      },
    }));
  },
});
