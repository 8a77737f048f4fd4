import { defineRule } from "../../rule.ts";
import { alteredTable } from "../support/alter-commands.ts";
import { replicaIdentity } from "../support/replica-identity.ts";

export const replicaIdentityNothing = defineRule({
  id: "replica-identity-nothing",
  kind: "compatibility",
  severity: "warning",
  summary: "A table loses what identifies its rows for logical replication",
  why: "In a table that is published, UPDATE and DELETE without a replica identity fail at once: `cannot update table because it does not have a replica identity and publishes updates`.",
  instead: "Keep the primary key as the identity, or give a unique index.",
  bad: [
    {
      history: "create table events (id bigint primary key);",
      sql: "alter table events replica identity nothing;",
    },
  ],
  good: [
    {
      history: "create table events (id bigint primary key);",
      sql: "alter table events replica identity default;",
    },
  ],
  otherIds: { atlas: ["PG314"], migrationPilot: ["MP055"] },
  on: ["AlterTableStmt"],
  *check({ node, catalog }) {
    const table = alteredTable(node, catalog);
    if (table === undefined || replicaIdentity(node) !== "n") return;
    yield {
      message: `If \`${table.name}\` is published, every UPDATE and DELETE of the running application fails from the commit on. Keep an identity.`,
      relation: table.name,
    };
  },
});
