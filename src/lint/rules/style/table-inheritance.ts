import { subCommands } from "../support/alter-table.ts";
import { defineRule } from "../../rule.ts";

export const tableInheritance = defineRule({
  id: "table-inheritance",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A table inherits from another one",
  why: "Unique constraints, primary keys and foreign keys do not hold across the tables of an inheritance tree, and every query of the parent reads all of them.",
  instead: "Partitioning, where the rows are of one kind; a foreign key, where they are not.",
  bad: [
    {
      history: "create table cities (id bigint primary key);",
      sql: "create table capitals (country text) inherits (cities);",
    },
    {
      history:
        "create table cities (id bigint not null);\ncreate table capitals (id bigint not null);",
      sql: "alter table capitals inherit cities;",
    },
  ],
  good: [
    {
      history: "create table events (id bigint, at date) partition by range (at);",
      sql: "create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');",
    },
  ],
  otherIds: { pgrubic: ["GN001"] },
  on: ["AlterTableStmt", "CreateStmt"],
  *check(context) {
    const { node } = context;
    const created =
      "CreateStmt" in node && node.CreateStmt.partbound === undefined
        ? (node.CreateStmt.inhRelations ?? [])
        : [];
    const altered = subCommands(context, "AT_AddInherit").flatMap(({ cmd }) => cmd.def ?? []);
    for (const parent of [...created, ...altered]) {
      if (!("RangeVar" in parent)) continue;
      yield {
        message: `Keys do not hold across \`${parent.RangeVar.relname}\` and what inherits from it. Use partitions, or a foreign key.`,
        at: parent.RangeVar.location,
      };
    }
  },
});
