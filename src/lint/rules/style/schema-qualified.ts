import { createdObject } from "../support/created.ts";
import { defineRule } from "../../rule.ts";

export const schemaQualified = defineRule({
  id: "schema-qualified",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "A name has no schema",
  why: "Where an object without a schema is made or looked for depends on the `search_path` of whoever runs the file.",
  instead: "The name with its schema: `public.orders`.",
  bad: [
    { sql: "create table orders (id bigint primary key);" },
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders add column note text;",
    },
  ],
  good: [
    { sql: "create table public.orders (id bigint primary key);" },
    {
      sql: "create temporary table ids (id bigint);",
      note: "temporary tables have a schema of their own",
    },
  ],
  otherIds: { squawk: ["require-table-schema"], pgrubic: ["SM001"] },
  *check({ node }) {
    const object = createdObject(node);
    if (object !== undefined && object.schema === undefined) {
      yield {
        message: `The ${object.what} \`${object.name}\` is made in whatever schema the search_path begins with. Write its schema.`,
        at: object.location,
      };
    }
    const used =
      "AlterTableStmt" in node
        ? node.AlterTableStmt.relation
        : "IndexStmt" in node
          ? node.IndexStmt.relation
          : undefined;
    if (used?.relname !== undefined && used.schemaname === undefined) {
      yield {
        message: `Which \`${used.relname}\` is meant depends on the search_path. Write its schema.`,
        at: used.location,
      };
    }
  },
});
