import { defineRule } from "../../rule.ts";
import { subjectOf } from "../support/subject.ts";

export const indexNameRequired = defineRule({
  id: "index-name-required",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "naming",
  summary: "An index has no name of its own",
  why: "PostgreSQL makes one up, and adds a number when it is taken. A second attempt after a failed CREATE INDEX CONCURRENTLY then builds another index beside the invalid one, and whoever drops the index later has to guess.",
  instead: "Give it a name.",
  bad: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "create index concurrently on users (lower(email));",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key, email text);",
      sql: "create index concurrently users_lower_email_idx on users (lower(email));",
    },
  ],
  otherIds: { migrationPilot: ["MP042"], pgrubic: ["NM001"] },
  on: ["IndexStmt"],
  *check({ node, catalog }) {
    if (!("IndexStmt" in node) || node.IndexStmt.idxname !== undefined) return;
    const { name } = subjectOf(catalog, node.IndexStmt.relation);
    yield {
      message: `The index on \`${name}\` has no name: PostgreSQL makes one up, and nobody finds it again by its file. Name it.`,
      relation: name,
    };
  },
});
