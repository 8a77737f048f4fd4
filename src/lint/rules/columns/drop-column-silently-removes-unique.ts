import { listOf } from "../support/existing.ts";
import { uniqueOver, goneWith } from "../support/over-columns.ts";
import { defineRule } from "../../rule.ts";

export const dropColumnSilentlyRemovesUnique = defineRule({
  id: "drop-column-silently-removes-unique",
  kind: "bug",
  severity: "warning",
  summary: "A dropped column takes a unique constraint of several columns along",
  why: "DROP COLUMN drops a unique constraint of several columns that the column is part of, without CASCADE and without a word, and with it what it did for the other columns.",
  instead:
    "Drop the constraint or the index in a statement of its own, so that it can be read in the file, and make what is to take its place before.",
  bad: [
    {
      history:
        "create table places (id bigint, zip text, street text, remark text, unique (zip, street));",
      sql: "alter table places drop column zip;",
    },
  ],
  good: [
    {
      history:
        "create table places (id bigint, zip text, street text, remark text, unique (street));",
      sql: "alter table places drop column zip;",
      note: "the constraint is on another column",
    },
    {
      history:
        "create table places (id bigint, zip text, street text, remark text, unique (zip, street));",
      sql: "alter table places drop column remark;",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM010"] },
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { name, relation, gone } of goneWith(context, (table, column) =>
      uniqueOver(context.catalog, table, column),
    )) {
      yield {
        message: `With \`${name}\` goes ${listOf(gone)}: nothing keeps the other columns of \`${relation}\` unique any more. Drop it explicitly, and make its successor before.`,
        relation,
      };
    }
  },
});
