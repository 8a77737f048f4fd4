import { nameOf } from "../../../catalog/find.ts";
import { existing } from "../support/existing.ts";
import { isTakenAgain } from "../support/names-freed.ts";
import { defineRule } from "../../rule.ts";

export const setSchema = defineRule({
  id: "set-schema",
  kind: "compatibility",
  severity: "error",
  phase: "contract",
  summary: "A table moves to another schema while code still asks for it in the old one",
  why: "The running application finds it no longer, unless both schemas are in its `search_path`; functions and views keep it, but bodies that name the schema fail.",
  instead:
    "Move it, and create a view with the old name in the old schema, in one transaction. Drop the view in a later release.",
  bad: [
    {
      history: "create schema archive;\ncreate table orders (id bigint primary key);",
      sql: "alter table orders set schema archive;",
    },
  ],
  good: [
    {
      history: "create schema archive;\ncreate table orders (id bigint primary key);",
      sql: "alter table orders set schema archive;\ncreate view orders as select * from archive.orders;",
      note: "old code finds the view",
    },
    {
      history: "create schema archive;",
      sql: "create table orders (id bigint primary key);\nalter table orders set schema archive;",
      note: "nobody has seen the table yet",
    },
    {
      history: "create schema extensions;\ncreate extension citext;",
      sql: "alter extension citext set schema extensions;",
      note: "about relations only",
    },
  ],
  otherIds: { strongMigrations: ["rename_schema"] },
  on: ["AlterObjectSchemaStmt"],
  *check(context) {
    const { node, catalog } = context;
    if (!("AlterObjectSchemaStmt" in node)) return;
    const { relation, newschema } = node.AlterObjectSchemaStmt;
    const name = nameOf(relation);
    const found = existing(catalog, name);
    if (name === undefined || found === undefined || found.relation?.schema === newschema) return;
    if (isTakenAgain(context, name)) return;
    yield {
      message: `\`${name.name}\` moves to the schema \`${newschema}\`: code that asks for it where it was fails. Create a view there in the same transaction, and drop it in a later release.`,
      relation: found.name,
    };
  },
});
