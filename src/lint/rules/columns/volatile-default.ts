import { defineRule } from "../../rule.ts";
import { reportWork } from "../support/work.ts";

export const volatileDefault = defineRule({
  id: "volatile-default",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A new column with a volatile default rewrites the table",
  why: "A default that is the same for all rows is stored once, and the column is there at once. One that differs from row to row (`gen_random_uuid()`, `random()`, `clock_timestamp()`, `nextval`, any function that is not declared STABLE or IMMUTABLE) makes PostgreSQL write every row anew under ACCESS EXCLUSIVE.",
  instead:
    "Add the column without a default, set the default in a second statement (it then holds for new rows), and fill the old rows in batches.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column token uuid not null default gen_random_uuid();",
    },
    {
      history:
        "create table orders (id bigint primary key);\ncreate function code() returns text language plpgsql as $$ begin return 'a'; end $$;",
      sql: "alter table orders add column code text default code();",
      note: "a function is volatile unless it says otherwise",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column created_at timestamptz not null default now();",
      note: "`now()` is stable: one value for all rows",
    },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column token uuid;\nalter table orders alter column token set default gen_random_uuid();",
    },
  ],
  otherIds: {
    squawk: ["adding-field-with-default"],
    eugene: ["E10"],
    strongMigrations: ["add_column_default", "add_column_default_callable"],
    atlas: ["PG302"],
    pgfence: ["add-column-non-constant-default"],
    migrationPilot: ["MP003"],
    pgMigrationLint: ["PGM006"],
    pgrubic: ["US011", "US031"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(context, "volatile-default", () => ({
      advice:
        "Add the column without it, set the default afterwards, and fill old rows in batches.",
      fix: { title: "Write expand, backfill and contract", edits: [], recipe: "volatile-default" },
    }));
  },
});
