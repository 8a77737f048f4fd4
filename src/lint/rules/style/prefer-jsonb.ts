import { aboutTypes, isBuiltIn } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

export const preferJsonb = defineRule({
  id: "prefer-jsonb",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A column is json",
  why: "`json` keeps the text: it has no equality, so that `SELECT DISTINCT`, `GROUP BY` and `UNION` over all columns of the table fail as soon as the column is there. It cannot be indexed, and is parsed with each use.",
  instead: "`jsonb`; `json` where the very text matters (order of keys, doubled keys).",
  bad: [
    { sql: "create table events (id bigint primary key, body json);" },
    {
      history: "create table events (id bigint primary key);",
      sql: "alter table events add column body json;",
    },
  ],
  good: [{ sql: "create table events (id bigint primary key, body jsonb);" }],
  otherIds: {
    eugene: ["E3"],
    strongMigrations: ["add_column_json"],
    pgfence: ["prefer-jsonb"],
    pgMigrationLint: ["PGM106"],
    pgrubic: ["TP008"],
  },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      isBuiltIn(declared, "json")
        ? `${column} is json, which has no equality: SELECT DISTINCT and GROUP BY fail on it. Use jsonb.`
        : undefined,
    );
  },
});
