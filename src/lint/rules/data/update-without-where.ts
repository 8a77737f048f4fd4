import { defineRule } from "../../rule.ts";
import { alwaysTrue, changedTable } from "../support/rows.ts";

export const updateWithoutWhere = defineRule({
  id: "update-without-where",
  kind: "lock",
  severity: "warning",
  phase: "migrate",
  summary: "All rows of a table are changed in one statement",
  why: "Each row stays locked until the commit, so that the application's writes to them wait for all of it. The table may grow to twice its size, and the log gets everything at once, which replicas have to catch up with.",
  instead:
    "Change the rows in batches, each with a commit of its own (a migration in TypeScript with `batches`), or say with WHERE which rows are meant.",
  bad: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new';",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new' where 1 = 1;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new' where id = 7;",
    },
    {
      sql: "create table orders (id bigint primary key, state text);\ninsert into orders values (1);\nupdate orders set state = 'new';",
      note: "nobody else can see the table",
    },
  ],
  otherIds: {
    migrationPilot: ["MP011"],
    pgMigrationLint: ["PGM302"],
    postgresLanguageServer: ["banUpdateWithoutWhere"],
    pgrubic: ["GN022"],
  },
  on: ["UpdateStmt"],
  *check({ node, catalog, effects }) {
    // Where it is worse, data-while-holding-lock says so, and what to do is the same.
    if (effects.work.some(({ cause }) => cause === "data-while-holding-lock")) return;
    if (!("UpdateStmt" in node) || !alwaysTrue(node.UpdateStmt.whereClause)) return;
    const table = changedTable(node, catalog);
    if (table === undefined) return;
    yield {
      message: `Every row of \`${table.name}\` is changed and stays locked until the commit: the application's writes wait. Change them in batches.`,
      at: node.UpdateStmt.relation?.location,
      relation: table.name,
    };
  },
});
