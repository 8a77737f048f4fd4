import { type Table, written } from "../../../catalog/catalog.ts";
import { findTable, isNew, nameOf, referencesTo } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { removeWord } from "../support/drops.ts";
import { oneEdit } from "../support/edits.ts";
import { listOf } from "../support/existing.ts";

export const truncateCascade = defineRule({
  id: "truncate-cascade",
  kind: "data-loss",
  severity: "error",
  summary: "TRUNCATE … CASCADE empties tables that it does not name",
  why: "Every table with a foreign key to one of the named tables is emptied too, and every table with one to those, all under ACCESS EXCLUSIVE. Whether any row refers to another does not matter.",
  instead:
    "Name each table that is to be emptied, without CASCADE: PostgreSQL refuses if one is missing.",
  bad: [
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint, customer_id bigint references customers);",
      sql: "truncate customers cascade;",
    },
    {
      sql: "truncate customers cascade;",
      unseen: "create table customers (id bigint primary key);",
      note: "nobody knows what refers to it",
    },
  ],
  good: [
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint, customer_id bigint references customers);",
      sql: "truncate customers, orders;",
    },
    { sql: "create table staging (id bigint);\ntruncate staging cascade;" },
  ],
  otherIds: {
    squawk: ["ban-truncate-cascade"],
    pgfence: ["truncate-cascade"],
    pgMigrationLint: ["PGM204"],
    postgresLanguageServer: ["banTruncateCascade"],
  },
  on: ["TruncateStmt"],
  *check(context) {
    const { node, catalog } = context;
    if (!("TruncateStmt" in node) || node.TruncateStmt.behavior !== "DROP_CASCADE") return;
    const names = (node.TruncateStmt.relations ?? []).flatMap((one) =>
      "RangeVar" in one ? (nameOf(one.RangeVar) ?? []) : [],
    );
    const named = names.flatMap((name) => findTable(catalog, name) ?? []);
    if (named.length === names.length && named.every((table) => isNew(catalog, table))) return;
    const emptied = reached(named, context).map((table) => written(table));
    const what = emptied.length > 0 ? listOf(emptied) : "every table that refers to it";
    const fix = oneEdit("Remove CASCADE", removeWord(context, "cascade"));
    yield {
      message: `CASCADE also empties ${what}. Name the tables that are meant, without CASCADE.`,
      ...(emptied[0] !== undefined && { relation: emptied[0] }),
      ...(fix && { fix }),
    };
  },
});

function reached(named: readonly Table[], { catalog }: StatementContext): Table[] {
  const all = new Set(named);
  for (const table of all) {
    for (const { table: referencing } of referencesTo(catalog, table.key)) all.add(referencing);
  }
  return [...all].filter((table) => !named.includes(table));
}
