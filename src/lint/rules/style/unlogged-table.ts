import { defineRule } from "../../rule.ts";

export const unloggedTable = defineRule({
  id: "unlogged-table",
  kind: "data-loss",
  severity: "warning",
  pack: "style",
  summary: "A table is unlogged",
  why: "What is in an unlogged table is gone after a crash or an immediate shutdown, and is never there on a replica or in a base backup.",
  instead: "A logged table; unlogged only for what can be made again at any time.",
  bad: [{ sql: "create unlogged table sessions (id bigint primary key);" }],
  good: [{ sql: "create table sessions (id bigint primary key);" }],
  otherIds: { pgMigrationLint: ["PGM506"], pgrubic: ["GN019"] },
  on: ["CreateStmt"],
  *check({ node }) {
    if (!("CreateStmt" in node) || node.CreateStmt.relation?.relpersistence !== "u") return;
    yield {
      message: `\`${node.CreateStmt.relation.relname}\` is empty after a crash, and on every replica. Leave UNLOGGED out unless its rows can be made again.`,
      at: node.CreateStmt.relation.location,
    };
  },
});
