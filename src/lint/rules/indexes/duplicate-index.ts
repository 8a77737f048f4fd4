import { indexesOf } from "../../../catalog/find.ts";
import { sameShape, shapeOfStatement } from "../../../catalog/replay/index-shape.ts";
import { defineRule } from "../../rule.ts";
import { alreadyThere, namedIndex } from "../support/indexes.ts";
import { subjectOf } from "../support/subject.ts";

export const duplicateIndex = defineRule({
  id: "duplicate-index",
  kind: "style",
  severity: "info",
  phase: "expand",
  summary: "An index is built that the table has already",
  why: "Every write keeps both up to date, both take room in the cache, and the planner uses one of them.",
  instead: "Leave it out. To build an index anew, `REINDEX … CONCURRENTLY` keeps its name.",
  bad: [
    {
      history:
        "create table users (id bigint primary key, email text);\ncreate index users_email_idx on users (email);",
      sql: "create index concurrently users_email_idx_2 on users (email);",
    },
    {
      history: "create table users (id bigint primary key, email text unique);",
      sql: "create unique index concurrently users_email_idx on users (email);",
      note: "a UNIQUE constraint has an index",
    },
  ],
  good: [
    {
      history:
        "create table users (id bigint primary key, email text);\ncreate index users_email_idx on users (email);",
      sql: "create index concurrently users_lower_email_idx on users (lower(email));",
    },
    {
      history:
        "create table users (id bigint primary key, email text);\ncreate index users_email_idx on users (email);",
      sql: "create index concurrently users_open_email_idx on users (email) where id > 1000;",
    },
    {
      history:
        "create table users (id bigint primary key, email text);\ncreate index users_email_idx on users (email);",
      sql: "create index concurrently if not exists users_email_idx on users (email);",
      note: "does nothing",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM508"], migrationPilot: ["MP100"], pgrubic: ["GN025"] },
  on: ["IndexStmt"],
  *check({ node, catalog }) {
    if (!("IndexStmt" in node)) return;
    const { table, name } = subjectOf(catalog, node.IndexStmt.relation);
    if (table === undefined || alreadyThere(node.IndexStmt, table, catalog)) return;
    const shape = shapeOfStatement(node.IndexStmt);
    const twin = indexesOf(catalog, table).find((index) => index.valid && sameShape(index, shape));
    if (twin === undefined) return;
    yield {
      message: `${namedIndex(node.IndexStmt)} would be the same as \`${twin.name}\`, which \`${name}\` has: every write would keep both. Leave it out.`,
      relation: name,
    };
  },
});
