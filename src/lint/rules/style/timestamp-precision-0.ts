import { aboutTypes, isBuiltIn } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

export const timestampPrecision0 = defineRule({
  id: "timestamp-precision-0",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A timestamp is rounded to seconds",
  why: "`timestamp(0)` and `timestamptz(0)` round, and do not cut: half a second before midnight becomes the next day, and a row can be of the future.",
  instead: "No precision, and `date_trunc('second', …)` where it is read.",
  bad: [{ sql: "create table users (id bigint primary key, created_at timestamptz(0));" }],
  good: [{ sql: "create table users (id bigint primary key, created_at timestamptz);" }],
  otherIds: { pgMigrationLint: ["PGM102"], pgrubic: ["TP003"] },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      isBuiltIn(declared, "timestamp", "timestamptz") && declared.type.typmods[0] === 0
        ? `${column} is rounded to whole seconds, up as well as down. Leave the precision out, and cut where it is read.`
        : undefined,
    );
  },
});
