import { defineRule } from "../../rule.ts";
import { textOf } from "../support/existing.ts";
import { nameIn } from "../../../catalog/find.ts";

export const creatingEnum = defineRule({
  id: "creating-enum",
  kind: "style",
  severity: "info",
  pack: "style",
  phase: "expand",
  summary: "An enum type is created",
  why: "A value of an enum can never be removed, and a new one cannot be used in the transaction that adds it.",
  instead: "A table of the values with a foreign key, or `text` with a CHECK.",
  bad: [{ sql: "create type mood as enum ('good', 'bad');" }],
  good: [
    { sql: "create table moods (name text primary key);" },
    { sql: "create type point3 as (x float8, y float8, z float8);" },
  ],
  otherIds: { eugene: ["W13"], pgrubic: ["GN006"], postgresLanguageServer: ["creatingEnum"] },
  on: ["CreateEnumStmt"],
  *check({ node }) {
    if (!("CreateEnumStmt" in node)) return;
    const name = nameIn(node.CreateEnumStmt.typeName);
    yield {
      message: `Values of \`${name && textOf(name)}\` can be added, but never removed. A table of the values with a foreign key can lose them again.`,
    };
  },
});
