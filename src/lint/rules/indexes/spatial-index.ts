import { columnOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { indexElements, namedIndex } from "../support/indexes.ts";
import { subjectOf } from "../support/subject.ts";

const SPATIAL: ReadonlySet<string> = new Set(["geometry", "geography"]);

export const spatialIndex = defineRule({
  id: "spatial-index",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "A B-tree is built on a geometry",
  why: "A B-tree compares geometries as a whole. No query by distance, overlap or containment uses it, and a large shape does not fit into a page at all.",
  instead: "`USING gist (column)`, or `spgist` or `brin` where the data suits them.",
  bad: [
    {
      history:
        "create extension postgis;\ncreate table places (id bigint primary key, at geometry);",
      sql: "create index concurrently places_at_idx on places (at);",
      needs: "the extension postgis",
    },
  ],
  good: [
    {
      history:
        "create extension postgis;\ncreate table places (id bigint primary key, at geometry);",
      sql: "create index concurrently places_at_idx on places using gist (at);",
      needs: "the extension postgis",
    },
  ],
  otherIds: { migrationPilot: ["MP109"] },
  *check({ node, catalog }) {
    if (!("IndexStmt" in node) || (node.IndexStmt.accessMethod ?? "btree") !== "btree") return;
    const { table, name } = subjectOf(catalog, node.IndexStmt.relation);
    for (const { name: column } of indexElements(node.IndexStmt)) {
      if (!SPATIAL.has(columnOf(table, column)?.type.name ?? "")) continue;
      yield {
        message: `${namedIndex(node.IndexStmt)} is a B-tree on \`${name}.${column}\`, which no spatial query uses. Build it USING gist.`,
        relation: name,
      };
    }
  },
});
