import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const typeChangeRewrite = defineRule({
  id: "type-change-rewrite",
  kind: "lock",
  severity: "error",
  phase: "contract",
  summary: "A column's type changes, and the table is rewritten",
  why: "Unless the stored bytes can stay as they are, PostgreSQL computes the new value of every row, writes the table anew and rebuilds all its indexes, under ACCESS EXCLUSIVE. Free are: a longer `varchar` or none at all, `varchar` to `text`, a `numeric` with more digits and the same scale, `cidr` to `inet`, a longer `varbit`.",
  instead:
    "Add a column of the new type, keep it in step by a trigger, fill old rows in batches, and let the application change over before the old column goes.",
  bad: [
    {
      history: "create table orders (id int primary key);",
      sql: "alter table orders alter column id type bigint;",
    },
    {
      history: "create table users (id bigint primary key, name text);",
      sql: "alter table users alter column name type varchar(80);",
      note: "each value has to be measured",
    },
    {
      history: "create table events (id bigint primary key, body json);",
      sql: "alter table events alter column body type jsonb;",
    },
    {
      sql: "alter table orders alter column total type numeric(12, 2);",
      unseen: "create table orders (id bigint primary key, total int);",
      note: "the type that it has now is not in the history",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key, name varchar(40));",
      sql: "alter table users alter column name type varchar(80);",
      note: "only the limit grows",
    },
    {
      history: "create table users (id bigint primary key, name varchar(40));",
      sql: "alter table users alter column name type text;",
    },
    {
      history: "create table users (id bigint primary key, name varchar(40));",
      sql: "alter table users alter column name type text using name::text;",
      note: "the cast changes nothing",
    },
    {
      history: "create table orders (id bigint primary key, total numeric(10, 2));",
      sql: "alter table orders alter column total type numeric(12, 2);",
    },
    {
      sql: "create table orders (id int primary key);\nalter table orders alter column id type bigint;",
      note: "the table is empty",
    },
  ],
  otherIds: {
    squawk: ["changing-column-type"],
    eugene: ["E5"],
    strongMigrations: ["change_column"],
    atlas: ["PG301"],
    migrationPilot: ["MP007"],
    pgMigrationLint: ["PGM007"],
    djangoMigrationLinter: ["ALTER_COLUMN"],
    postgresLanguageServer: ["changingColumnType"],
    pgrubic: ["US002"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(context, "type-change-rewrite", () => ({
      advice: "Change over to a new column in steps.",
      fix: { title: "Write expand, backfill and contract", edits: [], recipe: "type-change" },
    }));
  },
});
