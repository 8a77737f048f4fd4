import { aboutTypes, isBuiltIn } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

export const preferBigintOverSmallint = defineRule({
  id: "prefer-bigint-over-smallint",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A column is a two-byte integer",
  why: "A `smallint` ends at 32 767, and to make it wider later rewrites the table. The bytes that it saves are often padding.",
  instead: "`bigint`, or `integer` where the values are bounded by their nature.",
  bad: [{ sql: "create table orders (id bigint primary key, lines smallint);" }],
  good: [{ sql: "create table orders (id bigint primary key, lines bigint);" }],
  otherIds: {
    squawk: ["prefer-bigint-over-smallint"],
    postgresLanguageServer: ["preferBigintOverSmallint"],
    pgrubic: ["TP010"],
  },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      isBuiltIn(declared, "int2") ? `${column} ends at 32 767. Make it a bigint.` : undefined,
    );
  },
});
