import { written } from "../../../catalog/catalog.ts";
import { findTable, isNew, nameOf } from "../../../catalog/find.ts";
import { defineRule } from "../../rule.ts";

export const renameColumn = defineRule({
  id: "rename-column",
  kind: "compatibility",
  severity: "error",
  phase: "contract",
  summary: "A column is renamed while code still asks for the old name",
  why: "The rename itself takes a moment. But between it and the end of the roll-out two versions of the application run, and one of them names a column that is not there: every such query fails.",
  instead:
    "Add the new column, write both, fill the old rows, read the new one, and drop the old one in a later release. Or leave the table alone and rename in a view.",
  bad: [
    {
      history: "create table users (id bigint primary key, mail text);",
      sql: "alter table users rename column mail to email;",
    },
  ],
  good: [
    {
      sql: "create table users (id bigint primary key, mail text);\nalter table users rename column mail to email;",
      note: "nobody has seen the table yet",
    },
    {
      history: "create table users (id bigint primary key, mail text);",
      sql: "alter table users add column email text;",
    },
  ],
  otherIds: {
    squawk: ["renaming-column"],
    strongMigrations: ["rename_column"],
    atlas: ["BC102"],
    pgfence: ["rename-column"],
    migrationPilot: ["MP010", "MP071"],
    pgMigrationLint: ["PGM505"],
    djangoMigrationLinter: ["RENAME_COLUMN"],
    pgrubic: ["US003"],
  },
  on: ["RenameStmt"],
  *check({ node, catalog }) {
    if (!("RenameStmt" in node) || node.RenameStmt.renameType !== "OBJECT_COLUMN") return;
    const { relation, relationType, subname, newname } = node.RenameStmt;
    if (relationType !== "OBJECT_TABLE") return;
    const table = findTable(catalog, nameOf(relation));
    if (table !== undefined && isNew(catalog, table)) return;
    const name = table === undefined ? relation?.relname : written(table);
    yield {
      message: `\`${name}.${subname}\` becomes \`${newname}\`: code that runs during the roll-out and asks for \`${subname}\` fails. Add \`${newname}\` beside it, and drop \`${subname}\` in a later release.`,
      ...(name !== undefined && { relation: name }),
      fix: { title: "Write expand, backfill and contract", edits: [], recipe: "rename-column" },
    };
  },
});
