import { reportWork } from "../support/work.ts";
import { defineRule } from "../../rule.ts";

export const addColumnStoredGenerated = defineRule({
  id: "add-column-stored-generated",
  kind: "lock",
  severity: "error",
  phase: "expand",
  summary: "A new stored generated column rewrites the table",
  why: "The value of a STORED column is computed for every row and written into it, under ACCESS EXCLUSIVE. A VIRTUAL one (since 18, and what GENERATED ALWAYS AS means there without a word behind it) is computed when it is read, and costs nothing to add.",
  instead:
    "On 18 and later make it VIRTUAL where no index on it is needed. Otherwise add a plain column, fill it by a trigger, and fill old rows in batches.",
  bad: [
    {
      history: "create table orders (id bigint primary key, net numeric, tax numeric);",
      sql: "alter table orders add column total numeric generated always as (net + tax) stored;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, net numeric, tax numeric);",
      sql: "alter table orders add column total numeric generated always as (net + tax) virtual;",
    },
    {
      history: "create table orders (id bigint primary key, net numeric, tax numeric);",
      sql: "alter table orders add column total numeric generated always as (net + tax);",
      note: "virtual is the default since 18",
    },
    {
      sql: "create table orders (id bigint primary key, net numeric, tax numeric);\nalter table orders add column total numeric generated always as (net + tax) stored;",
      note: "the table is empty",
    },
  ],
  otherIds: {
    squawk: ["adding-field-with-default"],
    eugene: ["E11"],
    strongMigrations: ["add_column_generated_stored"],
    atlas: ["PG309"],
    migrationPilot: ["MP062"],
    pgrubic: ["US006"],
  },
  on: "work",
  *check(context) {
    yield* reportWork(context, "add-column-stored-generated", () =>
      context.target.version >= 18
        ? "Make it VIRTUAL, or fill a plain column by a trigger and old rows in batches."
        : "Fill a plain column by a trigger, and old rows in batches.",
    );
  },
});
