import { listOf } from "../support/existing.ts";
import { constraintsOver, goneWith } from "../support/over-columns.ts";
import { defineRule } from "../../rule.ts";

export const dropColumnSilentlyRemovesFk = defineRule({
  id: "drop-column-silently-removes-fk",
  kind: "bug",
  severity: "warning",
  summary: "A dropped column takes a foreign key of several columns along",
  why: "DROP COLUMN drops a foreign key of several columns that the column is part of, without CASCADE and without a word, and with it what it did for the other columns.",
  instead:
    "Drop the constraint or the index in a statement of its own, so that it can be read in the file, and make what is to take its place before.",
  bad: [
    {
      history:
        "create table streets (zip text, street text, primary key (zip, street));\ncreate table places (id bigint, zip text, street text, remark text, foreign key (zip, street) references streets);",
      sql: "alter table places drop column zip;",
    },
  ],
  good: [
    {
      history:
        "create table streets (zip text, street text primary key);\ncreate table places (id bigint, zip text, street text, remark text, foreign key (street) references streets);",
      sql: "alter table places drop column zip;",
      note: "the foreign key is on another column",
    },
    {
      history:
        "create table streets (zip text, street text, primary key (zip, street));\ncreate table places (id bigint, zip text, street text, remark text, foreign key (zip, street) references streets);",
      sql: "alter table places drop column remark;",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM012"] },
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { name, relation, gone } of goneWith(context, (table, column) =>
      constraintsOver(table, column, "foreign-key", 2),
    )) {
      yield {
        message: `With \`${name}\` goes the foreign key ${listOf(gone)} of \`${relation}\`: its other columns refer to nothing any more. Drop it explicitly, and make its successor before.`,
        relation,
      };
    }
  },
});
