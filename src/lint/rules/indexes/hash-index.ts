import { defineRule } from "../../rule.ts";
import { namedIndex } from "../support/indexes.ts";

export const hashIndex = defineRule({
  id: "hash-index",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "An index is a hash index",
  why: "A hash index finds equal values only: it sorts nothing, has one column, cannot be unique, and is seldom smaller or faster than a B-tree.",
  instead: "A B-tree, which is what CREATE INDEX makes without USING.",
  bad: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "create index concurrently users_email_idx on users using hash (email);",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "create index concurrently users_email_idx on users (email);",
    },
  ],
  on: ["IndexStmt"],
  *check({ node }) {
    if (!("IndexStmt" in node) || node.IndexStmt.accessMethod !== "hash") return;
    yield {
      message: `${namedIndex(node.IndexStmt)} is a hash index: it finds equal values only. Use a B-tree.`,
    };
  },
});
