import { written } from "../../../catalog/catalog.ts";
import { findIndex, tableAt } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { droppedNames } from "../support/drops.ts";

export const dropIndexBackingConstraint = defineRule({
  id: "drop-index-backing-constraint",
  kind: "bug",
  severity: "error",
  phase: "contract",
  summary: "An index is dropped that belongs to a constraint",
  why: "The index of a PRIMARY KEY, UNIQUE or EXCLUDE constraint goes only with its constraint: PostgreSQL refuses DROP INDEX, with CASCADE too.",
  instead:
    "`ALTER TABLE … DROP CONSTRAINT`, which drops the index as well. Before that, look whether queries use the index or foreign keys refer to the constraint.",
  bad: [
    {
      history: "create table users (id bigint primary key, email text unique);",
      sql: "drop index users_email_key;",
      refused: "2BP01",
    },
    {
      history: "create table users (id bigint primary key, email text unique);",
      sql: "drop index concurrently if exists users_pkey;",
      refused: "2BP01",
    },
  ],
  good: [
    {
      history: "create table users (id bigint primary key, email text unique);",
      sql: "alter table users drop constraint users_email_key;",
    },
    {
      history:
        "create table users (id bigint primary key, email text);\ncreate unique index users_email_idx on users (email);",
      sql: "drop index concurrently users_email_idx;",
      note: "a unique index without a constraint",
    },
  ],
  otherIds: { migrationPilot: ["MP097"] },
  on: ["DropStmt"],
  *check({ node, catalog }) {
    for (const name of droppedNames(node, "OBJECT_INDEX")) {
      const index = findIndex(catalog, name);
      const table = tableAt(catalog, index?.table);
      if (index?.constraint === undefined || table === undefined) continue;
      yield {
        message: `\`${index.name}\` is the index of the constraint \`${index.constraint}\` of \`${written(table)}\`: PostgreSQL refuses to drop it. Drop the constraint instead.`,
        relation: written(table),
      };
    }
  },
});
