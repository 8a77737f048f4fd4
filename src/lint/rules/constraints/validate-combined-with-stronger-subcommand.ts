import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const validateCombinedWithStrongerSubcommand = defineRule({
  id: "validate-combined-with-stronger-subcommand",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A VALIDATE shares its ALTER TABLE with something that needs a stronger lock",
  why: "ALTER TABLE takes the strongest lock of its sub-commands once, at its beginning. Beside a DROP COLUMN or a SET NOT NULL the VALIDATE, which alone would stop nobody, reads every row under ACCESS EXCLUSIVE.",
  instead: "Validate in a statement of its own, in a transaction before.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key, total numeric, old text);\nalter table orders add constraint total_check check (total >= 0) not valid;",
      sql: "alter table orders validate constraint total_check, drop column old;",
    },
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "alter table orders add constraint total_check check (total >= 0) not valid, validate constraint total_check;",
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
        "create table orders (id bigint primary key, total numeric);\nalter table orders add constraint a check (total >= 0) not valid, add constraint b check (total < 1000) not valid;",
      sql: "alter table orders validate constraint a, validate constraint b;",
      note: "none of the two is stronger",
    },
  ],
  on: "work",
  *check(context) {
    yield* reportWork(
      context,
      "validate-combined-with-stronger-subcommand",
      () => "Validate it in a statement of its own, in an earlier transaction.",
    );
  },
});
