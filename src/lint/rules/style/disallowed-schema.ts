import { createdObject } from "../support/created.ts";
import { defineRule } from "../../rule.ts";

const DISALLOWED: ReadonlySet<string> = new Set(["pg_catalog", "information_schema", "pg_toast"]);

export const disallowedSchema = defineRule({
  id: "disallowed-schema",
  kind: "style",
  severity: "warning",
  pack: "style",
  summary: "An object is made in a schema of the system",
  why: "`pg_catalog` and `information_schema` are the server's: what is put there is not dumped and is lost with the next major version.",
  instead: "A schema of your own.",
  bad: [{ sql: "create view information_schema.orders as select 1 as id;" }],
  good: [{ history: "create schema shop;", sql: "create view shop.orders as select 1 as id;" }],
  otherIds: { pgrubic: ["SM002"] },
  *check({ node }) {
    const object = createdObject(node);
    if (object?.schema === undefined || !DISALLOWED.has(object.schema)) return;
    yield {
      message: `The ${object.what} \`${object.name}\` is made in \`${object.schema}\`, which is the server's own and is not dumped. Use another schema.`,
      at: object.location,
    };
  },
});
