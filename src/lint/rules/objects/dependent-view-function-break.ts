import type { Node } from "@pgsql/types";
import { keyOf } from "../../../catalog/catalog.ts";
import { findFunctions, findRelation, findType } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { columnsOfType, dependentsOf, triggersCalling } from "../support/dependents.ts";
import { dropCascades, droppedNames } from "../support/drops.ts";

export const dependentViewFunctionBreak = defineRule({
  id: "dependent-view-function-break",
  kind: "bug",
  severity: "error",
  summary: "The server refuses a DROP because something depends on the object",
  why: "Without CASCADE, PostgreSQL refuses to drop a table that a view reads or a foreign key refers to, a function that a trigger calls, and a type that a column has (2BP01). The migration then fails on the day of the deploy.",
  instead: "Drop or change what depends on it first.",
  bad: [
    {
      history:
        "create table orders (id bigint primary key);\ncreate view newest as select max(id) from orders;",
      sql: "drop table orders;",
      refused: "2BP01",
    },
    {
      history: "create type mood as enum ('good');\ncreate table users (mood mood);",
      sql: "drop type mood;",
      refused: "2BP01",
    },
    {
      history:
        "create table orders (id bigint);\ncreate function touch() returns trigger language plpgsql as $$ begin return new; end $$;\ncreate trigger touch before update on orders for each row execute function touch();",
      sql: "drop function touch();",
      refused: "2BP01",
    },
  ],
  good: [
    {
      history:
        "create table orders (id bigint primary key);\ncreate view newest as select max(id) from orders;",
      sql: "drop view newest;\ndrop table orders;",
    },
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint, customer_id bigint references customers);",
      sql: "drop table orders, customers;",
      note: "both go in one statement",
    },
  ],
  otherIds: { migrationPilot: ["MP052"] },
  *check({ node, catalog }) {
    if (dropCascades(node)) return;
    for (const text of refusedFor(node, catalog)) {
      yield { message: `PostgreSQL refuses this: ${text}. Drop or change that first.` };
    }
  },
});

function* refusedFor(node: Node, catalog: StatementContext["catalog"]): Generator<string> {
  const relations = droppedNames(node, "OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW").flatMap(
    (name) => findRelation(catalog, name) ?? [],
  );
  const dropped = new Set(relations.map(({ key }) => key));
  for (const relation of relations) {
    const [first] = dependentsOf(catalog, relation, dropped);
    if (first !== undefined) yield `${first.text} depends on \`${relation.name}\``;
  }
  for (const name of droppedNames(node, "OBJECT_TYPE", "OBJECT_DOMAIN")) {
    const type = findType(catalog, name);
    const [first] = type === undefined ? [] : columnsOfType(catalog, type);
    if (first !== undefined) yield `${first.text} has the type \`${name.name}\``;
  }
  for (const name of droppedNames(node, "OBJECT_FUNCTION")) {
    const found = findFunctions(catalog, name);
    // Which of several overloads is meant would have to be compared by argument types.
    if (found.length !== 1) continue;
    const keys = new Set(found.map((one) => keyOf(one.schema, one.name)));
    const [first] = triggersCalling(catalog, keys);
    if (first !== undefined) {
      yield `the trigger \`${first.trigger}\` of \`${first.table.name}\` calls \`${name.name}\``;
    }
  }
}
