import { written } from "../../../catalog/catalog.ts";
import { findTable, isNew, tableAt } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { droppedNames } from "../support/drops.ts";
import { listOf } from "../support/existing.ts";

export const dropTableMultipleFks = defineRule({
  id: "drop-table-multiple-fks",
  kind: "lock",
  severity: "warning",
  phase: "contract",
  handledByRunner:
    "It takes all these locks in one order, waits for them only as long as nobody waits behind it for longer than the cap, and tries again.",
  summary: "A table is dropped whose foreign keys lock several others",
  why: "DROP TABLE drops the foreign keys of the table, and takes ACCESS EXCLUSIVE on every table that they refer to, all at once: it waits for the queries of each, and the queries of each wait behind it.",
  instead: "Drop the foreign keys before, one for each transaction, and the table last.",
  bad: [
    {
      history:
        "create table users (id bigint primary key);\ncreate table teams (id bigint primary key);\ncreate table members (user_id bigint references users, team_id bigint references teams);",
      sql: "drop table members;",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key);\ncreate table members (user_id bigint references users);",
      sql: "drop table members;",
    },
    {
      history:
        "create table users (id bigint primary key);\ncreate table teams (id bigint primary key);\ncreate table members (user_id bigint, team_id bigint);",
      sql: "drop table members;",
    },
  ],
  on: ["DropStmt"],
  *check({ node, catalog }) {
    for (const name of droppedNames(node, "OBJECT_TABLE")) {
      const table = findTable(catalog, name);
      if (table === undefined || isNew(catalog, table)) continue;
      const others = table.constraints.flatMap(({ references }) => {
        const other = tableAt(catalog, references?.table);
        return other === undefined || other === table || isNew(catalog, other)
          ? []
          : [written(other)];
      });
      const distinct = [...new Set(others)];
      if (distinct.length < 2) continue;
      yield {
        message: `With \`${written(table)}\` go its foreign keys: ${listOf(distinct)} are locked against reads and writes at once. Drop the foreign keys before, one for each transaction.`,
        relation: written(table),
      };
    }
  },
});
