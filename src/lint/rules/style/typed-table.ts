import { defineRule } from "../../rule.ts";

export const typedTable = defineRule({
  id: "typed-table",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A table is of a composite type",
  why: "The columns of a table OF a type can only be changed through the type, with CASCADE, which locks all such tables at once.",
  instead: "A table with its own columns.",
  bad: [
    {
      history: "create type person as (name text, mail text);",
      sql: "create table people of person;",
    },
  ],
  good: [{ sql: "create table people (name text, mail text);" }],
  otherIds: { pgrubic: ["GN002"] },
  on: ["CreateStmt"],
  *check({ node }) {
    if (!("CreateStmt" in node) || node.CreateStmt.ofTypename === undefined) return;
    const { relation, ofTypename } = node.CreateStmt;
    yield {
      message: `The columns of \`${relation?.relname}\` can only be changed through its type, together with all such tables. Give it columns of its own.`,
      at: ofTypename.location,
    };
  },
});
