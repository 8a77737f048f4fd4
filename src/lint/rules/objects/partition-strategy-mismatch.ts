import type { Node, PartitionBoundSpec, RangeVar } from "@pgsql/types";
import { written } from "../../../catalog/catalog.ts";
import { findTable, nameOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { alterCommands } from "../support/alter-commands.ts";

const STRATEGIES: Readonly<Record<string, string>> = { r: "range", l: "list", h: "hash" };

export const partitionStrategyMismatch = defineRule({
  id: "partition-strategy-mismatch",
  kind: "bug",
  severity: "error",
  phase: "expand",
  summary: "The bound of a partition does not go with how its table is divided",
  why: "PostgreSQL refuses it: FROM … TO goes with PARTITION BY RANGE, IN with LIST, MODULUS with HASH, and a table divided by HASH has no default partition.",
  instead: "Write the bound in the form that the partitioned table has.",
  bad: [
    {
      history: "create table events (day date) partition by range (day);",
      sql: "create table events_2020 partition of events for values in ('2020-01-01');",
      refused: "42P16",
    },
  ],
  good: [
    {
      history: "create table events (kind text) partition by list (kind);",
      sql: "create table events_a partition of events for values in ('a');",
    },
    {
      history: "create table events (kind text) partition by list (kind);",
      sql: "create table events_rest partition of events default;",
    },
  ],
  on: ["AlterTableStmt", "CreateStmt"],
  *check({ node, catalog }) {
    for (const { parent, bound } of boundsOf(node)) {
      const table = findTable(catalog, nameOf(parent));
      const strategy = table?.partitionKey?.strategy;
      if (table === undefined || strategy === undefined) continue;
      const given = bound.is_default === true ? "default" : STRATEGIES[bound.strategy ?? ""];
      const fits = given === "default" ? strategy !== "hash" : given === strategy;
      if (fits || given === undefined) continue;
      yield {
        message: `PostgreSQL refuses this: \`${written(table)}\` is divided by ${strategy.toUpperCase()}, and the bound is one of ${given.toUpperCase()}.`,
        at: bound.location,
      };
    }
  },
});

interface Bound {
  readonly parent: RangeVar | undefined;
  readonly bound: PartitionBoundSpec;
}

function boundsOf(node: Node): Bound[] {
  if ("CreateStmt" in node) {
    const { inhRelations = [], partbound } = node.CreateStmt;
    const [parent] = inhRelations;
    return partbound !== undefined && parent !== undefined && "RangeVar" in parent
      ? [{ parent: parent.RangeVar, bound: partbound }]
      : [];
  }
  if (!("AlterTableStmt" in node)) return [];
  const { relation } = node.AlterTableStmt;
  return alterCommands(node, "AT_AttachPartition").flatMap(({ def }) =>
    def !== undefined && "PartitionCmd" in def && def.PartitionCmd.bound !== undefined
      ? [{ parent: relation, bound: def.PartitionCmd.bound }]
      : [],
  );
}
