import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const checkWithoutNotValid = defineRule({
  id: "check-without-not-valid",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A CHECK is tested against all rows while reads and writes wait",
  why: "ADD CONSTRAINT … CHECK takes ACCESS EXCLUSIVE and reads every row before it lets go: nobody can even read the table until then.",
  instead:
    "Add it `NOT VALID`, which holds for new rows at once, and `VALIDATE CONSTRAINT` in a later transaction, under a lock that stops nobody.",
  bad: [
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "alter table orders add constraint orders_total_check check (total >= 0);",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "alter table orders add constraint orders_total_check check (total >= 0) not valid;",
    },
    {
      sql: "create table orders (id bigint primary key, total numeric);\nalter table orders add constraint orders_total_check check (total >= 0);",
    },
    {
      history: "create table orders (id bigint primary key, total numeric);",
      sql: "alter table orders add constraint orders_total_check check (total >= 0) not enforced;",
      note: "since 18: never tested at all",
    },
  ],
  otherIds: {
    squawk: ["constraint-missing-not-valid"],
    eugene: ["E1"],
    strongMigrations: ["add_check_constraint"],
    atlas: ["PG305"],
    migrationPilot: ["MP030"],
    pgMigrationLint: ["PGM015"],
    postgresLanguageServer: ["constraintMissingNotValid"],
    pgrubic: ["US013"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(context, "check-without-not-valid", () => ({
      advice: "Add it NOT VALID, and validate it in a later transaction.",
      fix: { title: "Add it NOT VALID, and validate later", edits: [], recipe: "check" },
    }));
  },
});
