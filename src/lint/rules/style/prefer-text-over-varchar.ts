import { aboutTypes, isBuiltIn } from "../support/types.ts";
import { defineRule } from "../../rule.ts";

export const preferTextOverVarchar = defineRule({
  id: "prefer-text-over-varchar",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A column has a length limit in its type",
  why: "`varchar(n)` is stored as `text` is and is not faster. Its limit is a part of the type: to lower it rewrites the table, and prepared statements notice every change of it.",
  instead:
    "`text`, with a CHECK on its length where there is a limit; a CHECK can be exchanged without a long lock.",
  bad: [{ sql: "create table users (id bigint primary key, name varchar(80));" }],
  good: [
    { sql: "create table users (id bigint primary key, name text check (length(name) <= 80));" },
    {
      sql: "create table users (id bigint primary key, name varchar);",
      note: "no limit: the same as text",
    },
  ],
  otherIds: {
    squawk: ["prefer-text-field"],
    pgfence: ["prefer-text-field"],
    postgresLanguageServer: ["preferTextField"],
    pgMigrationLint: ["PGM108"],
    migrationPilot: ["MP037"],
    pgrubic: ["TP005"],
  },
  *check(context) {
    yield* aboutTypes(context, (declared, column) =>
      isBuiltIn(declared, "varchar") && declared.type.typmods.length > 0
        ? `${column} has its limit in the type. Use text, with a CHECK on its length where one is needed.`
        : undefined,
    );
  },
});
