import { defineRule } from "../../rule.ts";

export const dropDatabase = defineRule({
  id: "drop-database",
  kind: "data-loss",
  severity: "error",
  phase: "contract",
  summary: "A database is dropped",
  why: "Everything in it is gone, and no transaction can take it back.",
  instead: "Drop databases by hand, with a backup at hand, not in a migration.",
  bad: [{ sql: "drop database shop;" }, { sql: "drop database if exists archive with (force);" }],
  good: [{ sql: "create table shop (id bigint primary key);" }],
  otherIds: {
    squawk: ["ban-drop-database"],
    pgfence: ["drop-database"],
    migrationPilot: ["MP034"],
    postgresLanguageServer: ["banDropDatabase"],
    pgrubic: ["US008"],
  },
  on: ["DropdbStmt"],
  *check({ node }) {
    if (!("DropdbStmt" in node)) return;
    yield {
      message: `The database \`${node.DropdbStmt.dbname}\` is gone with all that is in it, and nothing takes that back. Do this by hand.`,
    };
  },
});
