import { nameOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { existing } from "../support/existing.ts";

export const truncate = defineRule({
  id: "truncate",
  kind: "data-loss",
  severity: "error",
  summary: "All rows of a table are thrown away",
  why: "TRUNCATE empties the table under ACCESS EXCLUSIVE: reads and writes wait, and a transaction with an older snapshot sees an empty table, not the rows that it should see.",
  instead:
    "Delete in batches what is not needed any more. To throw a table away, drop it in a release after the last code that uses it.",
  bad: [
    { history: "create table sessions (id bigint primary key);", sql: "truncate sessions;" },
    {
      sql: "truncate table only sessions restart identity;",
      unseen: "create table sessions (id bigserial primary key);",
      note: "a table that no file of the history makes",
    },
  ],
  good: [
    {
      sql: "create table staging (id bigint);\ninsert into staging values (1);\ntruncate staging;",
    },
    {
      history: "create table sessions (id bigint primary key, ends timestamptz);",
      sql: "delete from sessions where id between 1 and 1000;",
    },
  ],
  otherIds: {
    pgfence: ["truncate"],
    migrationPilot: ["MP036"],
    pgMigrationLint: ["PGM203"],
    postgresLanguageServer: ["banTruncate"],
    pgrubic: ["US029"],
  },
  on: ["TruncateStmt"],
  *check({ node, catalog }) {
    if (!("TruncateStmt" in node)) return;
    for (const relation of node.TruncateStmt.relations ?? []) {
      if (!("RangeVar" in relation)) continue;
      const table = existing(catalog, nameOf(relation.RangeVar));
      if (table === undefined) continue;
      yield {
        message: `All rows of \`${table.name}\` are gone, and reads and writes wait for the commit (ACCESS EXCLUSIVE). Delete in batches what is not needed.`,
        at: relation.RangeVar.location,
        relation: table.name,
      };
    }
  },
});
