import { defineRule } from "../../rule.ts";

export const dropTablespace = defineRule({
  id: "drop-tablespace",
  kind: "process",
  severity: "warning",
  phase: "contract",
  summary: "A tablespace is dropped",
  why: "Tablespaces belong to the server, not to the database: other databases may use it, it cannot be dropped in a transaction, and the statement fails unless it is empty everywhere.",
  instead: "Leave tablespaces to whoever looks after the server.",
  bad: [{ sql: "drop tablespace slow;" }],
  good: [
    {
      sql: "drop index concurrently orders_id_idx;",
      history: "create table orders (id bigint);\ncreate index orders_id_idx on orders (id);",
    },
  ],
  otherIds: { pgrubic: ["US007"] },
  on: ["DropTableSpaceStmt"],
  *check({ node }) {
    if (!("DropTableSpaceStmt" in node)) return;
    yield {
      message: `The tablespace \`${node.DropTableSpaceStmt.tablespacename}\` belongs to the whole server, and other databases may use it. Drop it by hand.`,
    };
  },
});
