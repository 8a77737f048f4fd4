import { defineRule } from "../../rule.ts";
import { alteredTable } from "../support/alter-commands.ts";
import { replicaIdentity } from "../support/replica-identity.ts";

export const replicaIdentityFull = defineRule({
  id: "replica-identity-full",
  kind: "process",
  severity: "warning",
  summary: "Each UPDATE and DELETE writes the whole old row to the log",
  why: "REPLICA IDENTITY FULL makes the write-ahead log grow with the width of the rows, and a subscriber without a fitting index looks for each row by a scan.",
  instead:
    "A primary key, or `REPLICA IDENTITY USING INDEX` on a unique index of NOT NULL columns.",
  bad: [
    {
      history: "create table events (a int, b text);",
      sql: "alter table events replica identity full;",
    },
  ],
  good: [
    {
      history: "create table events (a int not null);\ncreate unique index events_a on events (a);",
      sql: "alter table events replica identity using index events_a;",
    },
    {
      sql: "create table events (a int, b text);\nalter table events replica identity full;",
      note: "whoever makes the table decides",
    },
  ],
  otherIds: { atlas: ["PG314"] },
  on: ["AlterTableStmt"],
  *check({ node, catalog }) {
    const table = alteredTable(node, catalog);
    if (table === undefined || replicaIdentity(node) !== "f") return;
    yield {
      message: `Each UPDATE and DELETE of \`${table.name}\` now writes the whole old row to the log, and subscribers may scan for it. Use a unique index.`,
      relation: table.name,
    };
  },
});
