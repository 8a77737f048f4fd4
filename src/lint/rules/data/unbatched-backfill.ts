import type { Node } from "@pgsql/types";
import { conditionOf, type Condition } from "../../../catalog/comparisons.ts";
import { findsByKey, fixedColumns } from "../../effects/data.ts";
import { walk } from "../../../sql/tree.ts";
import { defineRule } from "../../rule.ts";
import { tableOf } from "../support/existing.ts";
import { alwaysTrue, changedTable, insertsFromTable, rowChange } from "../support/rows.ts";

export const unbatchedBackfill = defineRule({
  id: "unbatched-backfill",
  kind: "lock",
  severity: "warning",
  phase: "migrate",
  summary: "As many rows as a table has are changed in one transaction",
  why: "The rows stay locked until the commit, nothing can be cleaned up meanwhile, and an error at the end takes all of it back.",
  instead:
    "Batches with a commit of their own: a migration in TypeScript with `batches`, which goes on where it was broken off.",
  bad: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new' where state is null;",
    },
    {
      history:
        "create table orders (id bigint primary key);\ncreate table lines (order_id bigint);",
      sql: "insert into lines select id from orders;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new' where id = 7;",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new' where id between 1 and 10000 and state is null;",
      note: "a range of the key",
    },
    {
      history: "create table orders (id bigint primary key, state text);",
      sql: "update orders set state = 'new' where id in (select id from orders where state is null limit 1000);",
    },
    {
      history: "create table plans (name text primary key);",
      sql: "insert into plans values ('free'), ('pro');",
    },
  ],
  otherIds: {
    strongMigrations: ["backfill"],
    migrationPilot: ["MP011", "MP067"],
    djangoMigrationLinter: ["RUNPYTHON"],
  },
  *check({ node, catalog, effects }) {
    // Where it is worse, data-while-holding-lock says so, and what to do is the same.
    if (effects.work.some(({ cause }) => cause === "data-while-holding-lock")) return;
    const change = rowChange(node);
    const table = changedTable(node, catalog);
    if (change === undefined || table === undefined) return;
    if (change.verb === "INSERT" ? !insertsFromTable(node) : isNarrow(node, change.where)) return;
    // Of all rows at once update-without-where and delete-without-where speak.
    if (change.verb !== "INSERT" && alwaysTrue(change.where)) return;
    const known = tableOf(table);
    if (known !== undefined && change.where !== undefined) {
      if (findsByKey(known, change.where)) return;
    } else if (change.where !== undefined && fixedColumns(conditionOf(change.where)).size > 0)
      return;
    yield {
      message: `How many rows of \`${table.name}\` this touches grows with the table, and all stay locked until the commit. Do it in batches, each with its own commit.`,
      at: change.relation?.location,
      relation: table.name,
    };
  },
});

/** Bounded by the author: both ends of a range, or a LIMIT below. */
function isNarrow(node: Node, where: Node | undefined): boolean {
  let limited = false;
  walk(node, (_, fields) => {
    limited ||= fields["limitCount"] !== undefined || fields["kind"] === "AEXPR_BETWEEN";
  });
  return limited || isRange(conditionOf(where));
}

function isRange(condition: Condition): boolean {
  if (condition.kind !== "and") return false;
  const compared = condition.parts.flatMap((part) => (part.kind === "compare" ? [part] : []));
  return compared.some((low) =>
    compared.some(
      (high) =>
        low.column === high.column && low.operator.startsWith(">") && high.operator.startsWith("<"),
    ),
  );
}
