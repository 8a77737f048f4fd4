import { listOf } from "../support/existing.ts";
import { constraintsOver, goneWith } from "../support/over-columns.ts";
import { defineRule } from "../../rule.ts";

export const dropColumnSilentlyRemovesCheck = defineRule({
  id: "drop-column-silently-removes-check",
  kind: "bug",
  severity: "warning",
  summary: "A dropped column takes a CHECK of several columns along",
  why: "DROP COLUMN drops a CHECK of several columns that the column is part of, without CASCADE and without a word, and with it what it did for the other columns.",
  instead:
    "Drop the constraint or the index in a statement of its own, so that it can be read in the file, and make what is to take its place before.",
  bad: [
    {
      history:
        "create table places (id bigint, zip text, street text, remark text, constraint zip_or_street check (zip is not null or street is not null));",
      sql: "alter table places drop column zip;",
    },
  ],
  good: [
    {
      history:
        "create table places (id bigint, zip text, street text, remark text, check (street <> ''));",
      sql: "alter table places drop column zip;",
      note: "the CHECK is on another column",
    },
    {
      history:
        "create table places (id bigint, zip text, street text, remark text, constraint zip_or_street check (zip is not null or street is not null));",
      sql: "alter table places drop column remark;",
    },
  ],
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { name, relation, gone } of goneWith(context, (table, column) =>
      constraintsOver(table, column, "check", 2),
    )) {
      yield {
        message: `With \`${name}\` goes the CHECK ${listOf(gone)} of \`${relation}\`: nothing tests its other columns any more. Drop it explicitly, and make its successor before.`,
        relation,
      };
    }
  },
});
