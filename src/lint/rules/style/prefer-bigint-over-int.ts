import { aboutTypes, isBuiltIn } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

export const preferBigintOverInt = defineRule({
  id: "prefer-bigint-over-int",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A column is a four-byte integer",
  why: "An `integer` ends at 2 147 483 647, and to make it a `bigint` later rewrites the table. The four bytes are often padding anyway.",
  instead: "`bigint`.",
  bad: [
    { sql: "create table orders (id integer primary key);" },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column customer_id int;",
    },
    { sql: "create table orders (id serial primary key);" },
  ],
  good: [{ sql: "create table orders (id bigint primary key);" }],
  otherIds: {
    squawk: ["prefer-bigint-over-int"],
    pgfence: ["prefer-bigint-over-int"],
    postgresLanguageServer: ["preferBigintOverInt"],
    migrationPilot: ["MP038"],
    pgrubic: ["TP009"],
  },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      isBuiltIn(declared, "int4")
        ? `${column} ends at 2 147 483 647. Make it a bigint.`
        : undefined,
    );
  },
});
