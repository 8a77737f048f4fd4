import { listOf } from "../support/existing.ts";
import { indexesOver, goneWith } from "../support/over-columns.ts";
import { defineRule } from "../../rule.ts";

export const dropColumnSilentlyRemovesIndex = defineRule({
  id: "drop-column-silently-removes-index",
  kind: "bug",
  severity: "warning",
  summary: "A dropped column takes an index of several columns along",
  why: "DROP COLUMN drops an index of several columns that the column is part of, without CASCADE and without a word, and with it what it did for the other columns.",
  instead:
    "Drop the constraint or the index in a statement of its own, so that it can be read in the file, and make what is to take its place before.",
  bad: [
    {
      history:
        "create table places (id bigint, zip text, street text, remark text);\ncreate index places_street_zip_idx on places (street, zip);",
      sql: "alter table places drop column zip;",
    },
  ],
  good: [
    {
      history:
        "create table places (id bigint, zip text, street text, remark text);\ncreate index places_street_idx on places (street);",
      sql: "alter table places drop column zip;",
      note: "the index is on another column",
    },
    {
      history:
        "create table places (id bigint, zip text, street text, remark text);\ncreate index places_street_zip_idx on places (street, zip);",
      sql: "alter table places drop column remark;",
    },
  ],
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { name, relation, gone } of goneWith(context, (table, column) =>
      indexesOver(context.catalog, table, column),
    )) {
      yield {
        message: `With \`${name}\` goes the index ${listOf(gone)}: queries by the other columns of \`${relation}\` may read it from end to end. Build its successor CONCURRENTLY before.`,
        relation,
      };
    }
  },
});
