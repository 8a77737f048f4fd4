import { written } from "../../../catalog/catalog.ts";
import { defineRule } from "../../rule.ts";
import { referencedBy } from "../support/constraints.ts";
import { listOf } from "../support/existing.ts";
import { findsRowsOf } from "../support/indexes.ts";
import { isLastFile, madeInRelease } from "../support/release.ts";

export const fkMissingIndex = defineRule({
  id: "fk-missing-index",
  kind: "lock",
  severity: "warning",
  phase: "expand",
  summary: "A foreign key has no index on its own columns",
  why: "Each DELETE of a row that is referred to, and each UPDATE of its key, looks for rows that refer to it. Without an index on the columns of the foreign key that reads the whole table each time, with the row locked meanwhile.",
  instead:
    "Build an index whose leading columns are those of the foreign key, CONCURRENTLY where the table is in use. It may be in any file of the same release. A partial index counts only with `WHERE column IS NOT NULL`.",
  bad: [
    {
      history: "create table customers (id bigint primary key);",
      sql: "create table orders (id bigint primary key, customer_id bigint references customers);",
    },
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (id bigint primary key, customer_id bigint);\ncreate index orders_idx on orders (id, customer_id);",
      sql: "alter table orders add constraint orders_customer_fk foreign key (customer_id) references customers not valid;",
      note: "the column does not lead in the index",
    },
    {
      history: "create table customers (id bigint primary key);",
      sql: "create table orders (id bigint primary key, customer_id bigint references customers);\ncreate index orders_idx on orders (customer_id) where id > 1000;",
    },
  ],
  good: [
    {
      history: "create table customers (id bigint primary key);",
      sql: "create table orders (id bigint primary key, customer_id bigint references customers);\ncreate index orders_customer_id_idx on orders (customer_id);",
    },
    {
      history: "create table customers (id bigint primary key);",
      sql: "create table orders (id bigint primary key, customer_id bigint references customers);\ncreate index orders_customer_id_idx on orders (customer_id) where customer_id is not null;",
    },
    {
      history: "create table customers (id bigint primary key);",
      sql: "create table members (customer_id bigint references customers, club text, primary key (customer_id, club));",
      note: "the primary key has an index that begins with it",
    },
  ],
  otherIds: {
    eugene: ["E15"],
    pgfence: ["fk-missing-index"],
    migrationPilot: ["MP016"],
    pgMigrationLint: ["PGM501"],
  },
  *checkFile(file) {
    if (!isLastFile(file)) return;
    for (const { context, added, table, constraint } of madeInRelease(file, "CONSTR_FOREIGN")) {
      const { columns, enforced } = constraint;
      if (!enforced || findsRowsOf(file.catalog, table, columns)) continue;
      const { relation } = referencedBy(added, file);
      const own = written(table);
      yield {
        message: `No index of \`${own}\` begins with ${listOf(columns)}: each DELETE from \`${relation}\` reads all of \`${own}\`. Build one, CONCURRENTLY where the table is in use.`,
        at: added.constraint.location,
        relation: own,
        of: context,
        fix: { title: "Write a file that builds the index", edits: [], recipe: "index" },
      };
    }
  },
});
