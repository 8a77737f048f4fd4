import { defineRule } from "../../rule.ts";
import { namedIndex } from "../support/indexes.ts";
import { subjectOf } from "../support/subject.ts";

export const hnswMemory = defineRule({
  id: "hnsw-memory",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "An HNSW index is built with the memory that is set for all",
  why: "An HNSW index is built fast only as long as its graph fits into `maintenance_work_mem`. Once it does not, pgvector says so in a NOTICE and goes on many times slower.",
  instead: "`SET maintenance_work_mem` before it, to what the server can spare.",
  bad: [
    {
      history:
        "create extension vector;\ncreate table items (id bigint primary key, embedding vector(3));",
      sql: "create index concurrently items_idx on items using hnsw (embedding vector_l2_ops);",
      needs: "the extension vector",
    },
  ],
  good: [
    {
      history:
        "create extension vector;\ncreate table items (id bigint primary key, embedding vector(3));",
      sql: "set maintenance_work_mem = '4GB';\ncreate index concurrently items_idx on items using hnsw (embedding vector_l2_ops);",
      needs: "the extension vector",
    },
    {
      sql: "create extension vector;\ncreate table items (id bigint primary key, embedding vector(3));\ncreate index items_idx on items using hnsw (embedding vector_l2_ops);",
      needs: "the extension vector",
      note: "a new table has no rows",
    },
  ],
  otherIds: { migrationPilot: ["MP112"] },
  *check({ node, catalog, settings }) {
    if (!("IndexStmt" in node) || node.IndexStmt.accessMethod !== "hnsw") return;
    const { name, isNew } = subjectOf(catalog, node.IndexStmt.relation);
    if (isNew || settings.has("maintenance_work_mem")) return;
    yield {
      message: `${namedIndex(node.IndexStmt)} becomes many times slower to build once it does not fit into \`maintenance_work_mem\`. Set that before.`,
      relation: name,
    };
  },
});
