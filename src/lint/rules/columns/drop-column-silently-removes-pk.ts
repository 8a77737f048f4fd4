import { listOf } from "../support/existing.ts";
import { constraintsOver, goneWith } from "../support/over-columns.ts";
import { defineRule } from "../../rule.ts";

export const dropColumnSilentlyRemovesPk = defineRule({
  id: "drop-column-silently-removes-pk",
  kind: "bug",
  severity: "warning",
  summary: "A dropped column takes the primary key along",
  why: "DROP COLUMN drops the primary key that the column is part of, without CASCADE and without a word, and with it what it did for the other columns.",
  instead:
    "Drop the constraint or the index in a statement of its own, so that it can be read in the file, and make what is to take its place before.",
  bad: [
    {
      history:
        "create table places (id bigint, tenant bigint, zip text, street text, remark text, primary key (tenant, zip));",
      sql: "alter table places drop column zip;",
    },
  ],
  good: [
    {
      history:
        "create table places (id bigint, zip text, street text, remark text, primary key (id));",
      sql: "alter table places drop column zip;",
      note: "the key is another column",
    },
    {
      history:
        "create table places (id bigint, tenant bigint, zip text, street text, remark text, primary key (tenant, zip));",
      sql: "alter table places drop column remark;",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM011"] },
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { name, relation, gone } of goneWith(context, (table, column) =>
      constraintsOver(table, column, "primary-key", 1),
    )) {
      yield {
        message: `With \`${name}\` goes the primary key ${listOf(gone)}: \`${relation}\` has none any more, and foreign keys and replication may need it. Replace it explicitly before.`,
        relation,
      };
    }
  },
});
