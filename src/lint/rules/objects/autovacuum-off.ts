import { defineRule } from "../../rule.ts";
import { alterCommands, alteredTable } from "../support/alter-commands.ts";
import { laterStatements } from "../support/later.ts";

export const autovacuumOff = defineRule({
  id: "autovacuum-off",
  kind: "process",
  severity: "warning",
  summary: "Autovacuum is switched off for a table",
  why: "Dead rows then stay, statistics grow old, and plans get worse, until an emergency vacuum against transaction wraparound reads the whole table at the worst time.",
  instead:
    "Tune it for the table (`autovacuum_vacuum_scale_factor`, `autovacuum_vacuum_cost_delay`), or switch it on again in the same file.",
  bad: [
    {
      history: "create table events (id bigint);",
      sql: "alter table events set (autovacuum_enabled = false);",
    },
  ],
  good: [
    {
      history: "create table events (id bigint);",
      sql: "alter table events set (autovacuum_vacuum_scale_factor = 0.01);",
    },
    {
      history: "create table events (id bigint);",
      sql: "alter table events set (autovacuum_enabled = false);\nalter table events reset (autovacuum_enabled);",
    },
  ],
  otherIds: { migrationPilot: ["MP066"] },
  on: ["AlterTableStmt"],
  *check(context) {
    const { node, catalog } = context;
    const table = alteredTable(node, catalog);
    if (table === undefined) return;
    for (const { def } of alterCommands(node, "AT_SetRelOptions")) {
      const items = def !== undefined && "List" in def ? (def.List.items ?? []) : [];
      for (const item of items) {
        if (!("DefElem" in item) || item.DefElem.defname !== "autovacuum_enabled") continue;
        const { arg, location } = item.DefElem;
        const value = arg !== undefined && "String" in arg ? arg.String.sval : "";
        if (!/^(false|off|no|0|f|n)$/i.test(value ?? "") || isSetAgain(context)) continue;
        yield {
          message: `Nobody cleans up \`${table.name}\` any more, until an emergency vacuum reads all of it. Tune autovacuum for the table instead.`,
          at: location,
          relation: table.name,
        };
      }
    }
  },
});

function isSetAgain(context: Parameters<typeof laterStatements>[0]): boolean {
  return laterStatements(context).some(({ node }) =>
    JSON.stringify(alterCommands(node, "AT_SetRelOptions", "AT_ResetRelOptions")).includes(
      "autovacuum_enabled",
    ),
  );
}
