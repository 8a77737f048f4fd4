import type { Node } from "@pgsql/types";
import { written } from "../../../catalog/catalog.ts";
import { defineRule } from "../../rule.ts";
import { referencedBy } from "../support/constraints.ts";
import { listOf } from "../support/existing.ts";
import { findsRowsOf } from "../support/indexes.ts";
import type { FileContext } from "../../context.ts";
import {
  isLastFile,
  type MadeConstraint,
  madeInRelease,
  releaseStatements,
} from "../support/release.ts";

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
    {
      history:
        "create table customers (id bigint primary key);\ncreate table orders (customer_id bigint constraint orders_customer_fk references customers);",
      sql: "alter table orders drop constraint orders_customer_fk;\nalter table orders add constraint orders_customer_fk foreign key (customer_id) references customers on delete cascade not valid;",
      note: "it had none before",
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
    for (const made of madeInRelease(file, "CONSTR_FOREIGN")) {
      const { context, added, table, constraint } = made;
      const { columns, enforced } = constraint;
      if (!enforced || findsRowsOf(file.catalog, table, columns) || wasThere(file, made)) continue;
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

/** Dropped and added again with other actions: what was there before the release stays as it was. */
function wasThere(file: FileContext, { context, table, constraint }: MadeConstraint): boolean {
  const before = releaseStatements(file).filter(({ step }) => step <= context.step);
  const first = before
    .filter(
      ({ node }) =>
        "AlterTableStmt" in node && node.AlterTableStmt.relation?.relname === table.name,
    )
    .flatMap(({ node }) => ("AlterTableStmt" in node ? (node.AlterTableStmt.cmds ?? []) : []))
    .flatMap((cmd) => ("AlterTableCmd" in cmd ? [cmd.AlterTableCmd] : []))
    .find(({ name, def }) => (name ?? nameIn(def)) === constraint.name);
  // One that the release itself made is added first, or comes with its table.
  const own = before.some(
    ({ node }) => "CreateStmt" in node && node.CreateStmt.relation?.relname === table.name,
  );
  return !own && first?.subtype === "AT_DropConstraint";
}

function nameIn(def: Node | undefined): string | undefined {
  return def !== undefined && "Constraint" in def ? def.Constraint.conname : undefined;
}
