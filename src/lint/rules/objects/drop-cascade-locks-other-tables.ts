import { type Catalog, type Relation, written } from "../../../catalog/catalog.ts";
import { findRelation, findType, isNew } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { columnsOfType, dependentsOf } from "../support/dependents.ts";
import { dropCascades, droppedNames } from "../support/drops.ts";
import { listOf } from "../support/existing.ts";

export const dropCascadeLocksOtherTables = defineRule({
  id: "drop-cascade-locks-other-tables",
  kind: "lock",
  severity: "warning",
  phase: "contract",
  summary: "DROP … CASCADE locks tables that it does not name",
  why: "To drop the foreign keys and columns that depend on the object, PostgreSQL takes ACCESS EXCLUSIVE on their tables, all of them at once and in an order of its own. Reads and writes there wait as well, and two transactions may deadlock.",
  instead:
    "Drop the foreign keys or columns first, one table after the other in files of their own, then the object without CASCADE.",
  bad: [
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint, customer_id bigint references customers);",
      sql: "drop table customers cascade;",
    },
    {
      history: "create domain email as text;\ncreate table users (id bigint, email email);",
      sql: "drop domain email cascade;",
    },
  ],
  good: [
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint, customer_id bigint references customers);",
      sql: "alter table orders drop constraint orders_customer_id_fkey;",
    },
    {
      history: "create table customers (id bigint primary key);",
      sql: "drop table customers cascade;",
      note: "nothing depends on it",
    },
  ],
  on: ["DropStmt"],
  *check({ node, catalog }) {
    if (!dropCascades(node)) return;
    const locked = lockedBy({ node, catalog });
    if (locked.length === 0) return;
    yield {
      message: `CASCADE takes ACCESS EXCLUSIVE on ${listOf(locked)} too: everybody there waits for this transaction. Drop what depends on it first, table by table.`,
      relation: locked[0]!,
    };
  },
});

function lockedBy({ node, catalog }: Pick<StatementContext, "node" | "catalog">): string[] {
  const relations = droppedNames(node, "OBJECT_TABLE", "OBJECT_FOREIGN_TABLE").flatMap(
    (name) => findRelation(catalog, name) ?? [],
  );
  const keys = new Set(relations.map(({ key }) => key));
  const types = droppedNames(node, "OBJECT_TYPE", "OBJECT_DOMAIN").flatMap(
    (name) => findType(catalog, name) ?? [],
  );
  const on = [
    ...relations.flatMap((relation) => dependentsOf(catalog, relation, keys)),
    ...types.flatMap((type) => columnsOfType(catalog, type)),
  ].map((one) => one.on);
  return namesOf(on, catalog);
}

/** Tables only: a view that goes has no rows that somebody writes. */
function namesOf(relations: readonly Relation[], catalog: Catalog): string[] {
  const tables = relations.filter(
    (one) => one.kind === "table" || one.kind === "partitioned-table",
  );
  return [...new Set(tables.filter((one) => !isNew(catalog, one)).map((one) => written(one)))];
}
