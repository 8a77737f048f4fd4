import { type Index, written } from "../../../catalog/catalog.ts";
import { expressionEquals } from "../../../catalog/columns-in.ts";
import { findIndex, findTable, isNew, nameOf, tableAt } from "../../../catalog/find.ts";
import { shapeOfStatement } from "../../../catalog/replay/index-shape.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { droppedNames } from "../support/drops.ts";
import { laterStatements } from "../support/later.ts";

export const replaceIndexBeforeDrop = defineRule({
  id: "replace-index-before-drop",
  kind: "lock",
  severity: "warning",
  phase: "migrate",
  summary: "An index is dropped before the one that replaces it is there",
  why: "Between the two, queries that used the old index read the whole table. On a large table that is enough to exhaust the connections of the application.",
  instead:
    "Build the new index under another name first, and drop the old one when the new one is valid.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key, state text, at date);\ncreate index orders_state_idx on orders (state);",
      sql: "drop index concurrently orders_state_idx;\ncreate index concurrently orders_state_at_idx on orders (state, at);",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key, state text, at date);\ncreate index orders_state_idx on orders (state);",
      sql: "create index concurrently orders_state_at_idx on orders (state, at);\ndrop index concurrently orders_state_idx;",
    },
    {
      history:
        "create table orders (id bigint primary key, state text, at date);\ncreate index orders_state_idx on orders (state);",
      sql: "drop index concurrently orders_state_idx;\ncreate index concurrently orders_at_idx on orders (at);",
      note: "the new index serves other queries",
    },
  ],
  *check(context) {
    const { node, catalog } = context;
    for (const name of droppedNames(node, "OBJECT_INDEX")) {
      const index = findIndex(catalog, name);
      const table = tableAt(catalog, index?.table);
      if (index === undefined || table === undefined || !index.valid) continue;
      if (isNew(catalog, index) || isNew(catalog, table)) continue;
      const line = lineOfReplacement(context, index);
      if (line === undefined) continue;
      yield {
        message: `\`${index.name}\` goes before line ${line} builds what replaces it: until then queries of \`${written(table)}\` have no index. Build the new one first.`,
        relation: written(table),
      };
    }
  },
});

function lineOfReplacement(context: StatementContext, index: Index): number | undefined {
  return laterStatements(context).find(({ node }) => {
    if (!("IndexStmt" in node)) return false;
    if (findTable(context.catalog, nameOf(node.IndexStmt.relation))?.key !== index.table) {
      return false;
    }
    return expressionEquals(shapeOfStatement(node.IndexStmt).columns[0], index.columns[0]);
  })?.line;
}
