import { aboutTypes, isBuiltIn } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

export const money = defineRule({
  id: "money",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A column is of type money",
  why: "What a `money` means depends on `lc_monetary` of the session: its currency, and how many digits are behind the point. A dump that is restored elsewhere has other amounts.",
  instead:
    "`numeric(p, s)`, or a `bigint` of the smallest unit, with the currency in a column of its own.",
  bad: [{ sql: "create table orders (id bigint primary key, total money);" }],
  good: [{ sql: "create table orders (id bigint primary key, total numeric(12, 2));" }],
  otherIds: { pgMigrationLint: ["PGM104"], pgrubic: ["TP006"] },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      isBuiltIn(declared, "money")
        ? `What ${column} means depends on lc_monetary of the session. Use numeric, and a column for the currency.`
        : undefined,
    );
  },
});
