import type { Index } from "../../../catalog/catalog.ts";
import { expressionEquals } from "../../../catalog/columns-in.ts";
import { indexesOf } from "../../../catalog/find.ts";
import { type IndexShape, shapeOfStatement } from "../../../catalog/replay/index-shape.ts";
import { defineRule } from "../../rule.ts";
import { alreadyThere, namedIndex } from "../support/indexes.ts";
import { subjectOf } from "../support/subject.ts";

export const redundantIndex = defineRule({
  id: "redundant-index",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "An index has the leading columns of another one, and no more",
  why: "A B-tree on (a, b) also serves queries on a. One on (a) alone is smaller, but every write pays for it, and it is seldom worth that.",
  instead: "Leave the shorter one out, or drop it once the longer one is built.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key, state text, at date);\ncreate index orders_state_at_idx on orders (state, at);",
      sql: "create index concurrently orders_state_idx on orders (state);",
    },
    {
      history:
        "create table orders (id bigint primary key, state text, at date);\ncreate index orders_state_idx on orders (state);",
      sql: "create index concurrently orders_state_at_idx on orders (state, at);",
      note: "the old one is not needed any more",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key, state text, at date);\ncreate index orders_state_at_idx on orders (state, at);",
      sql: "create unique index concurrently orders_state_idx on orders (state);",
      note: "a unique index is there for what it forbids",
    },
    {
      history:
        "create table orders (id bigint primary key, state text, at date);\ncreate index orders_state_at_idx on orders (state, at);",
      sql: "create index concurrently orders_at_idx on orders (at);",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM508"], pgrubic: ["GN032"] },
  on: ["IndexStmt"],
  *check({ node, catalog }) {
    if (!("IndexStmt" in node)) return;
    const { table, name } = subjectOf(catalog, node.IndexStmt.relation);
    if (table === undefined || alreadyThere(node.IndexStmt, table, catalog)) return;
    const shape = shapeOfStatement(node.IndexStmt);
    const said = namedIndex(node.IndexStmt);
    for (const index of indexesOf(catalog, table)) {
      if (!shape.unique && isPrefix(shape, index)) {
        yield {
          message: `${said} has the leading columns of \`${index.name}\`, which serves the same queries. Leave it out.`,
          relation: name,
        };
      } else if (isDispensable(index) && isPrefix(index, shape)) {
        yield {
          message: `${said} also serves the queries of \`${index.name}\`. Drop that one once this one is built.`,
          relation: name,
        };
      }
    }
  },
});

function isDispensable({ unique, constraint, valid }: Index): boolean {
  return !unique && constraint === undefined && valid;
}

function isPrefix(short: IndexShape, long: IndexShape): boolean {
  const length = short.columns.length;
  if (length >= long.columns.length || short.method !== "btree" || long.method !== "btree") {
    return false;
  }
  return (
    expressionEquals(short.columns, long.columns.slice(0, length)) &&
    expressionEquals(short.operatorClasses, long.operatorClasses.slice(0, length)) &&
    expressionEquals(short.collations, long.collations.slice(0, length)) &&
    expressionEquals(short.predicate, long.predicate) &&
    short.include.every((name) => long.columns.includes(name) || long.include.includes(name))
  );
}
