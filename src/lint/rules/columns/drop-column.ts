import { droppedColumns } from "../support/dropped-column.ts";
import { defineRule } from "../../rule.ts";

export const dropColumn = defineRule({
  id: "drop-column",
  kind: "compatibility",
  severity: "warning",
  phase: "contract",
  summary: "A column is dropped that code may still use",
  why: "The drop takes a moment. But as long as the old version of the application runs, its queries name the column and fail, and so do prepared statements and ORMs that list all columns. What was in it is gone.",
  instead:
    "Deploy a version that neither reads nor writes the column, wait until nothing else runs, and drop it in a later release.",
  bad: [
    {
      history: "create table orders (id bigint primary key, note text, total numeric);",
      sql: "alter table orders drop column note;",
    },
    {
      sql: "alter table orders drop column if exists note;",
      unseen: "create table orders (id bigint primary key, note text);",
      note: "a table that no file of the history makes",
    },
  ],
  good: [
    {
      sql: "create table orders (id bigint primary key, note text, total numeric);\nalter table orders drop column note;",
      note: "nobody has seen the table yet",
    },
    {
      history: "create table orders (id bigint primary key, note text, total numeric);",
      sql: "alter table orders drop column if exists remark;",
      note: "there is no such column",
    },
  ],
  otherIds: {
    squawk: ["ban-drop-column"],
    strongMigrations: ["remove_column"],
    atlas: ["DS103"],
    pgfence: ["drop-column"],
    migrationPilot: ["MP017"],
    pgMigrationLint: ["PGM009"],
    djangoMigrationLinter: ["DROP_COLUMN"],
    postgresLanguageServer: ["banDropColumn"],
    pgrubic: ["US001"],
  },
  on: ["AlterTableStmt"],
  *check(context) {
    for (const { name, relation, isNew } of droppedColumns(context)) {
      if (isNew) continue;
      yield {
        message: `\`${relation}.${name}\` goes: code that still names it fails, and its values are lost. Drop it only when no running version of the application uses it.`,
        relation,
        fix: { title: "Write expand and contract", edits: [], recipe: "drop-column" },
      };
    }
  },
});
