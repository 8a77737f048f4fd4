import { defineRule } from "../../rule.ts";
import { alterCommands, alteredTable } from "../support/alter-commands.ts";
import { laterStatements } from "../support/later.ts";

export const setStatistics = defineRule({
  id: "set-statistics",
  kind: "style",
  severity: "info",
  pack: "style",
  summary: "A statistics target is changed, and nothing collects the statistics",
  why: "SET STATISTICS takes SHARE UPDATE EXCLUSIVE for a moment and changes nothing until the next ANALYZE, which may be days away.",
  instead: "Follow it with `ANALYZE t (column)`.",
  bad: [
    {
      history: "create table orders (state text);",
      sql: "alter table orders alter column state set statistics 1000;",
    },
  ],
  good: [
    {
      history: "create table orders (state text);",
      sql: "alter table orders alter column state set statistics 1000;\nanalyze orders (state);",
    },
  ],
  otherIds: { atlas: ["PG320"] },
  on: ["AlterTableStmt"],
  *check(context) {
    const { node, catalog } = context;
    const table = alteredTable(node, catalog);
    if (table === undefined) return;
    const [cmd] = alterCommands(node, "AT_SetStatistics");
    if (cmd === undefined) return;
    if (laterStatements(context).some((later) => "VacuumStmt" in later.node)) return;
    yield {
      message: `The statistics of \`${table.name}.${cmd.name}\` stay as they are until the next ANALYZE. Run \`ANALYZE ${table.name} (${cmd.name})\` afterwards.`,
    };
  },
});
