import type { Node } from "@pgsql/types";
import { type Catalog, written } from "../../../catalog/catalog.ts";
import { findFunctions, isNew, isTable, type Name } from "../../../catalog/find.ts";
import { stringList, walk } from "../../../sql/tree.ts";
import { defineRule } from "../../rule.ts";
import { textOf } from "../support/existing.ts";
import { functionOptions, textOption } from "../support/functions.ts";

export const functionVolatilityChange = defineRule({
  id: "function-volatility-change",
  kind: "bug",
  severity: "error",
  summary: "A function that an index or a generated column needs is no longer IMMUTABLE",
  why: "An expression of an index, a generated column or a partition key may call IMMUTABLE functions only. PostgreSQL tests that when the index is made, and not when the function changes: what is stored and what is computed may then differ, and a dump cannot be restored.",
  instead:
    "Keep the function IMMUTABLE, and write another one. Is the index to follow it, drop and build it again.",
  bad: [
    {
      history:
        "create function norm(t text) returns text language sql immutable as $$ select lower(t) $$;\ncreate table users (mail text);\ncreate index users_mail on users (norm(mail));",
      sql: "create or replace function norm(t text) returns text language sql stable as $$ select lower(t) $$;",
    },
    {
      history:
        "create function norm(t text) returns text language sql immutable as $$ select lower(t) $$;\ncreate table users (mail text);\ncreate index users_mail on users (norm(mail));",
      sql: "alter function norm(text) volatile;",
    },
  ],
  good: [
    {
      history:
        "create function norm(t text) returns text language sql immutable as $$ select lower(t) $$;\ncreate table users (mail text);",
      sql: "alter function norm(text) stable;",
      note: "nothing needs it",
    },
    {
      history: "create function now_utc() returns timestamptz language sql as $$ select now() $$;",
      sql: "alter function now_utc() stable;",
    },
  ],
  *check({ node, catalog }) {
    const changed = functionOptions(node);
    if (changed?.name === undefined) return;
    const { name, options, creates } = changed;
    const to = textOption(options, "volatility") ?? (creates ? "volatile" : "immutable");
    const found = findFunctions(catalog, name);
    const before = found.length === 1 ? found[0] : undefined;
    if (before?.volatility !== "immutable" || to === "immutable" || isNew(catalog, before)) return;
    const user = userOf(catalog, name);
    if (user === undefined) return;
    yield {
      message: `${user} needs \`${textOf(name)}\` to be IMMUTABLE, and it becomes ${to.toUpperCase()}. PostgreSQL does not notice. Write another function.`,
    };
  },
});

function userOf(catalog: Catalog, name: Name): string | undefined {
  for (const relation of catalog.relations.values()) {
    if (relation.kind === "index" && calls([relation.columns, relation.predicate], name)) {
      return `The index \`${written(relation)}\``;
    }
    if (!isTable(relation)) continue;
    const column = relation.columns.find(({ generatedFrom }) => calls(generatedFrom, name));
    if (column !== undefined) return `The column \`${written(relation)}.${column.name}\``;
  }
  return undefined;
}

function calls(expression: Node | readonly unknown[] | undefined, { name }: Name): boolean {
  let found = false;
  walk(expression, (type, fields) => {
    found ||= type === "FuncCall" && stringList(fields["funcname"]).at(-1) === name;
  });
  return found;
}
