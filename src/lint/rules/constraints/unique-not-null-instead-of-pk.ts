import { emptyCatalog } from "../../../catalog/catalog.ts";
import { findTable, nameOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { addedConstraints } from "../support/constraints.ts";
import { listOf, textOf } from "../support/existing.ts";

export const uniqueNotNullInsteadOfPk = defineRule({
  id: "unique-not-null-instead-of-pk",
  kind: "style",
  severity: "info",
  phase: "expand",
  pack: "style",
  summary: "A table has a UNIQUE on columns that are NOT NULL, and no primary key",
  why: "It says the same as a primary key, but tools, logical replication and REFERENCES without columns look for the primary key.",
  instead: "Make it the PRIMARY KEY.",
  bad: [
    { sql: "create table users (id bigint not null unique, email text);" },
    {
      sql: "create table members (user_id bigint not null, team_id bigint not null, unique (user_id, team_id));",
    },
  ],
  good: [
    { sql: "create table users (id bigint primary key, email text not null unique);" },
    { sql: "create table users (id bigint unique, email text);", note: "it may be null" },
    {
      sql: "create table users (id bigint not null unique, email text);\nalter table users add primary key (id);",
      note: "it gets one in the same file",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM503"] },
  *checkFile({ before, catalog }) {
    for (const context of before) {
      const { node, step } = context;
      if (!("CreateStmt" in node)) continue;
      const name = nameOf(node.CreateStmt.relation);
      const table = findTable(catalog, name);
      if (name === undefined || table === undefined || table.madeIn !== step) continue;
      if (table.constraints.some(({ kind }) => kind === "primary-key")) continue;
      const key = table.constraints.find(
        ({ kind, columns }) =>
          kind === "unique" &&
          columns.every(
            (column) => table.columns.find((one) => one.name === column)?.notNull === true,
          ),
      );
      if (key === undefined) continue;
      const location = addedConstraints({ node, catalog: emptyCatalog() }, "CONSTR_UNIQUE").find(
        ({ columns }) => columns.join() === key.columns.join(),
      )?.constraint.location;
      yield {
        message: `\`${textOf(name)}\` has no primary key, but a UNIQUE without nulls on ${listOf(key.columns)}. Make that the primary key.`,
        at: location,
        relation: textOf(name),
        of: context,
      };
    }
  },
});
