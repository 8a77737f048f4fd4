import { isNew } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { namedIndex } from "../support/indexes.ts";
import { subjectOf } from "../support/subject.ts";

export const ivfflatIndex = defineRule({
  id: "ivfflat-index",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "An IVFFlat index is built on a table without rows",
  why: "IVFFlat finds the centres of its lists in the rows that are there when it is built. Built on an empty table it has none that fit, and finds little later.",
  instead: "HNSW, which needs no rows to begin with, or IVFFlat once the table is filled.",
  bad: [
    {
      sql: "create extension vector;\ncreate table items (id bigint primary key, embedding vector(3));\ncreate index items_idx on items using ivfflat (embedding vector_l2_ops) with (lists = 100);",
      needs: "the extension vector",
    },
  ],
  good: [
    {
      sql: "create extension vector;\ncreate table items (id bigint primary key, embedding vector(3));\ncreate index items_idx on items using hnsw (embedding vector_l2_ops);",
      needs: "the extension vector",
    },
    {
      history:
        "create extension vector;\ncreate table items (id bigint primary key, embedding vector(3));",
      sql: "create index concurrently items_idx on items using ivfflat (embedding vector_l2_ops) with (lists = 100);",
      needs: "the extension vector",
      note: "a table that is in use",
    },
  ],
  otherIds: { migrationPilot: ["MP051"] },
  *check({ node, catalog }) {
    if (!("IndexStmt" in node) || node.IndexStmt.accessMethod !== "ivfflat") return;
    const { table, name } = subjectOf(catalog, node.IndexStmt.relation);
    if (table === undefined || !isNew(catalog, table) || table.filled) return;
    yield {
      message: `${namedIndex(node.IndexStmt)} finds its lists in the rows of \`${name}\`, and there are none yet. Build it when the table is filled, or use hnsw.`,
      relation: name,
    };
  },
});
