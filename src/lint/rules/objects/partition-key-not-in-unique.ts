import type { Node } from "@pgsql/types";
import type { Table } from "../../../catalog/catalog.ts";
import { findTable, nameOf } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { alterCommands } from "../support/alter-commands.ts";
import { listOf } from "../support/existing.ts";
import { keyColumns, type UniqueKey, uniqueKey, uniqueKeys } from "../support/partition-key.ts";

export const partitionKeyNotInUnique = defineRule({
  id: "partition-key-not-in-unique",
  kind: "bug",
  severity: "error",
  phase: "expand",
  summary: "A unique key of a partitioned table lacks a column of the partition key",
  why: "PostgreSQL refuses it: uniqueness is kept by each partition for itself, so that a unique or primary key has to contain all columns of the partition key. With an expression in the partition key there can be none.",
  instead:
    "Add the columns of the partition key to the unique key, or make it unique on each partition.",
  bad: [
    {
      sql: "create table events (id bigint primary key, day date) partition by range (day);",
      refused: "0A000",
    },
    {
      history: "create table events (id bigint, day date) partition by range (day);",
      sql: "create unique index events_id on events (id);",
      refused: "0A000",
    },
  ],
  good: [
    {
      sql: "create table events (id bigint, day date, primary key (id, day)) partition by range (day);",
    },
    {
      history: "create table events (id bigint, day date) partition by range (day);",
      sql: "create index events_id on events (id);",
    },
  ],
  otherIds: { migrationPilot: ["MP049"] },
  on: ["AlterTableStmt", "CreateStmt", "IndexStmt"],
  *check({ node, catalog }) {
    const found = keysOf(node, catalog);
    if (found === undefined) return;
    const { key, unique } = found;
    for (const { columns, location } of unique) {
      const missing = key?.filter((column) => !columns.includes(column));
      if (missing?.length === 0) continue;
      yield {
        message:
          missing === undefined
            ? "PostgreSQL refuses this: the partition key has an expression, and then there can be no unique key over all partitions."
            : `PostgreSQL refuses this: the unique key lacks ${listOf(missing)} of the partition key. Add ${missing.length > 1 ? "them" : "it"}.`,
        at: location,
      };
    }
  },
});

interface Keys {
  /** Undefined: it has an expression. */
  readonly key: readonly string[] | undefined;
  readonly unique: readonly UniqueKey[];
}

function keysOf(node: Node, catalog: StatementContext["catalog"]): Keys | undefined {
  if ("CreateStmt" in node) {
    const { partspec } = node.CreateStmt;
    if (partspec === undefined) return undefined;
    return { key: keyColumns(partspec), unique: uniqueKeys(node.CreateStmt) };
  }
  if ("IndexStmt" in node) {
    const { relation, unique, indexParams = [] } = node.IndexStmt;
    const table = findTable(catalog, nameOf(relation));
    // ON ONLY is refused as well: the index is of the partitioned table.
    if (unique !== true || table?.partitionKey === undefined) return undefined;
    const columns = indexParams.flatMap((one) =>
      "IndexElem" in one ? (one.IndexElem.name ?? []) : [],
    );
    return { key: columnsOf(table), unique: [{ columns, location: relation?.location }] };
  }
  if (!("AlterTableStmt" in node)) return undefined;
  const table = findTable(catalog, nameOf(node.AlterTableStmt.relation));
  if (table?.partitionKey === undefined) return undefined;
  const unique = alterCommands(node, "AT_AddConstraint").flatMap(({ def }) =>
    def !== undefined && "Constraint" in def ? uniqueKey(def.Constraint) : [],
  );
  return { key: columnsOf(table), unique };
}

function columnsOf({ partitionKey }: Table): readonly string[] | undefined {
  const columns = partitionKey?.columns ?? [];
  return columns.every((one) => typeof one === "string") ? columns : undefined;
}
