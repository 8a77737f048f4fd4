import { serialType } from "../../../catalog/replay/column-type.ts";
import { aboutTypes } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

export const preferIdentity = defineRule({
  id: "prefer-identity",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A column is a serial",
  why: "`serial` is an integer with a default and a sequence beside it: the sequence has grants of its own, keeps its name when the table is renamed, and any INSERT can put a number past it. An identity column (SQL standard) is one thing.",
  instead:
    "`bigint generated always as identity`, or `by default` where rows are copied with their numbers.",
  bad: [{ sql: "create table orders (id bigserial primary key);" }],
  good: [{ sql: "create table orders (id bigint generated always as identity primary key);" }],
  otherIds: {
    squawk: ["prefer-identity"],
    pgfence: ["prefer-identity"],
    postgresLanguageServer: ["preferIdentity"],
    pgMigrationLint: ["PGM105"],
    migrationPilot: ["MP039"],
    pgrubic: ["TP007"],
  },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      serialType(declared.typeName) !== undefined
        ? `${column} is a serial. Use GENERATED ALWAYS AS IDENTITY.`
        : undefined,
    );
  },
});
