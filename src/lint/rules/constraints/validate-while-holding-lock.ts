import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const validateWhileHoldingLock = defineRule({
  id: "validate-while-holding-lock",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A constraint is validated while its transaction holds a lock that others wait for",
  why: "VALIDATE CONSTRAINT itself stops neither reads nor writes. But what an earlier statement of the transaction has locked stays locked until every row is tested, whether it is the same table, the one that a foreign key refers to, or any other.",
  instead: "Validate in a file of its own, or before the statement that takes the lock.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key, total numeric);\nalter table orders add constraint total_check check (total >= 0) not valid;",
      sql: "alter table orders add column note text;\nalter table orders validate constraint total_check;",
    },
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint primary key, customer_id bigint);\nalter table orders add constraint customer_fk foreign key (customer_id) references customers not valid;",
      sql: "alter table customers add column note text;\nalter table orders validate constraint customer_fk;",
      note: "the lock is on the table that the foreign key refers to",
    },
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint primary key, total numeric);\nalter table orders add constraint total_check check (total >= 0) not valid;",
      sql: "alter table customers add column note text;\nalter table orders validate constraint total_check;",
      note: "`customers` stays locked until `orders` is read",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key, total numeric);\nalter table orders add constraint total_check check (total >= 0) not valid;",
      sql: "alter table orders validate constraint total_check;",
    },
    {
      history:
        "create table orders (id bigint primary key, total numeric);\nalter table orders add constraint total_check check (total >= 0) not valid;",
      sql: "alter table orders validate constraint total_check;\nalter table orders add column note text;",
      note: "the lock comes after the work",
    },
    {
      history:
        "create table orders (id bigint primary key, total numeric);\nalter table orders add constraint total_check check (total >= 0);",
      sql: "alter table orders add column note text;\nalter table orders validate constraint total_check;",
      note: "it is valid already, and nothing is read",
    },
  ],
  otherIds: {
    eugene: ["E4"],
    strongMigrations: ["validate_foreign_key", "validate_check_constraint"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "validate-while-holding-lock",
      () => "Validate it in a file of its own.",
    );
  },
});
