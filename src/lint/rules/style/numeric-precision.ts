import { aboutTypes, isBuiltIn } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

export const numericPrecision = defineRule({
  id: "numeric-precision",
  kind: "style",
  severity: "info",
  pack: "style",
  summary: "A numeric column has no precision",
  why: "`numeric` without a precision takes numbers of up to 131 072 digits, and keeps as many behind the point as it is given: 1.0 and 1.00 are stored differently, and the column says nothing about what is in it.",
  instead: "`numeric(p, s)`. A larger precision with the same scale is free later.",
  bad: [{ sql: "create table orders (id bigint primary key, total numeric);" }],
  good: [{ sql: "create table orders (id bigint primary key, total numeric(12, 2));" }],
  otherIds: { pgrubic: ["TP016"] },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      isBuiltIn(declared, "numeric") && declared.type.typmods.length === 0
        ? `${column} takes any number of digits. Give it a precision and a scale; the precision can grow later for free.`
        : undefined,
    );
  },
});
