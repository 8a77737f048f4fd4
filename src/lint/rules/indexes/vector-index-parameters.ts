import { defineRule } from "../../rule.ts";
import { indexElements, namedIndex } from "../support/indexes.ts";

const WANTED: Readonly<Record<string, readonly string[]>> = {
  ivfflat: ["lists"],
  hnsw: ["m", "ef_construction"],
};

export const vectorIndexParameters = defineRule({
  id: "vector-index-parameters",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "A vector index is built with the defaults of its access method",
  why: "How many rows an IVFFlat or HNSW index finds, how large it is and how long its build takes are decided by its parameters, which cannot be changed without building it anew.",
  instead:
    "Write them: `WITH (lists = …)` for ivfflat, `WITH (m = …, ef_construction = …)` for hnsw.",
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
      sql: "create index concurrently items_idx on items using hnsw (embedding vector_l2_ops) with (m = 16, ef_construction = 128);",
      needs: "the extension vector",
    },
  ],
  otherIds: { migrationPilot: ["MP056"] },
  *check({ node }) {
    if (!("IndexStmt" in node) || indexElements(node.IndexStmt).length === 0) return;
    const { accessMethod = "", options = [] } = node.IndexStmt;
    const set = new Set(options.map((one) => ("DefElem" in one ? one.DefElem.defname : "")));
    const missing = (WANTED[accessMethod] ?? []).filter((name) => !set.has(name));
    if (missing.length === 0) return;
    yield {
      message: `${namedIndex(node.IndexStmt)} is built with the default of ${missing.map((name) => `\`${name}\``).join(" and ")}, which only a new build changes. Write what the data needs.`,
    };
  },
});
