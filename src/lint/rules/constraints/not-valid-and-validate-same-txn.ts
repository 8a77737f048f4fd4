import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const notValidAndValidateSameTxn = defineRule({
  id: "not-valid-and-validate-same-txn",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A constraint is added NOT VALID and validated in one transaction",
  why: "NOT VALID makes the strong lock of ADD CONSTRAINT short, but a lock ends with its transaction. A VALIDATE in the same one reads every row while that lock is still held, so that nothing is won.",
  instead: "Validate it in a file of its own, which is a transaction of its own.",
  bad: [
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "alter table orders add constraint total_check check (total >= 0) not valid;\nalter table orders validate constraint total_check;",
    },
    {
      sql: "ALTER TABLE a ADD CONSTRAINT c CHECK (b > 0) NOT VALID;\nALTER TABLE a VALIDATE CONSTRAINT c;",
      unseen: "create table a (b int);",
      note: "a table that no file of the history makes",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key, total numeric);\nalter table orders add constraint total_check check (total >= 0) not valid;",
      sql: "alter table orders validate constraint total_check;",
    },
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "-- lockstep:transaction statement\nalter table orders add constraint total_check check (total >= 0) not valid;\nalter table orders validate constraint total_check;",
    },
    {
      sql: "create table orders (id bigint primary key, total numeric);\nalter table orders add constraint total_check check (total >= 0) not valid;\nalter table orders validate constraint total_check;",
    },
  ],
  otherIds: {
    squawk: ["constraint-missing-not-valid"],
    eugene: ["E4"],
    pgfence: ["not-valid-validate-same-tx"],
    postgresLanguageServer: ["requireSeparateConstraintValidation"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "not-valid-and-validate-same-txn",
      () => "Validate it in a file of its own.",
    );
  },
});
