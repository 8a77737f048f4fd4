import { aboutTypes, isBuiltIn } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

/** Measured values are floats with good reason; these words are about money. */
const AMOUNT =
  /(^|_)(price|amount|total|cost|balance|fee|tax|salary|payment|discount|revenue)s?(_|$)/i;

export const floatForExact = defineRule({
  id: "float-for-exact",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "An amount is a floating point number",
  why: "A `real` or `double precision` holds 0.1 only nearly: sums of amounts do not come out, and `=` fails where it should not.",
  instead: "`numeric(p, s)`, or a `bigint` of the smallest unit.",
  bad: [{ sql: "create table orders (id bigint primary key, total_amount double precision);" }],
  good: [
    { sql: "create table orders (id bigint primary key, total_amount numeric(12, 2));" },
    {
      sql: "create table places (id bigint primary key, latitude double precision);",
      note: "a measured value",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM109"], pgrubic: ["TP011"] },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      isBuiltIn(declared, "float4", "float8") && AMOUNT.test(declared.column)
        ? `${column} looks like an amount, and a floating point number holds decimals only nearly. Use numeric.`
        : undefined,
    );
  },
});
