import { keyOf, written } from "../../../catalog/catalog.ts";
import { findFunctions, isNew } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";
import { triggersCalling } from "../support/dependents.ts";
import { dropCascades, droppedNames } from "../support/drops.ts";
import { listOf } from "../support/existing.ts";

export const dropFunctionCascade = defineRule({
  id: "drop-function-cascade",
  kind: "lock",
  severity: "warning",
  phase: "contract",
  summary: "DROP FUNCTION … CASCADE locks the tables whose triggers call it",
  why: "The triggers go with their function, and for that PostgreSQL takes ACCESS EXCLUSIVE on each of their tables, although the statement names none.",
  instead: "Drop the triggers first, table by table, then the function without CASCADE.",
  bad: [
    {
      history:
        "create table orders (id bigint);\ncreate function touch() returns trigger language plpgsql as $$ begin return new; end $$;\ncreate trigger touch before update on orders for each row execute function touch();",
      sql: "drop function touch() cascade;",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint);\ncreate function touch() returns trigger language plpgsql as $$ begin return new; end $$;\ncreate trigger touch before update on orders for each row execute function touch();",
      sql: "drop trigger touch on orders;\ndrop function touch();",
    },
    {
      history: "create function one() returns int language sql as $$ select 1 $$;",
      sql: "drop function one() cascade;",
      note: "no trigger calls it",
    },
  ],
  on: ["DropStmt"],
  *check({ node, catalog }) {
    if (!dropCascades(node)) return;
    const names = droppedNames(node, "OBJECT_FUNCTION", "OBJECT_ROUTINE");
    const keys = names.flatMap((name) =>
      findFunctions(catalog, name).map((found) => keyOf(found.schema, found.name)),
    );
    const tables = triggersCalling(catalog, new Set(keys))
      .filter(({ table }) => !isNew(catalog, table))
      .map(({ table }) => written(table));
    if (tables.length === 0) return;
    const locked = [...new Set(tables)];
    yield {
      message: `CASCADE drops the triggers that call the function, under ACCESS EXCLUSIVE on ${listOf(locked)}. Drop the triggers first, table by table.`,
      relation: locked[0]!,
    };
  },
});
