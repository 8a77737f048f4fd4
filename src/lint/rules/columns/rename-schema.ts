import { defineRule } from "../../rule.ts";

export const renameSchema = defineRule({
  id: "rename-schema",
  kind: "compatibility",
  severity: "error",
  phase: "contract",
  summary: "A schema is renamed while code still asks for the old name",
  why: "Everything in it gets another name at once: queries of the running application, settings of `search_path`, and bodies of functions that name the schema fail.",
  instead:
    "Create the new schema beside it, with views on the old tables, let the application change over, and move the tables in a later release.",
  bad: [{ history: "create schema shop;", sql: "alter schema shop rename to store;" }],
  good: [
    {
      sql: "create schema shop;\nalter schema shop rename to store;",
      note: "made by the same file",
    },
  ],
  otherIds: {
    strongMigrations: ["rename_schema"],
    pgfence: ["rename-schema"],
    migrationPilot: ["MP098"],
  },
  *check({ node, file }) {
    if (!("RenameStmt" in node) || node.RenameStmt.renameType !== "OBJECT_SCHEMA") return;
    const { subname, newname } = node.RenameStmt;
    const isNew = file.before.some(
      (one) => "CreateSchemaStmt" in one.node && one.node.CreateSchemaStmt.schemaname === subname,
    );
    if (isNew) return;
    yield {
      message: `The schema \`${subname}\` becomes \`${newname}\`: all queries and settings that name it fail. Create \`${newname}\` beside it, with views, and change over in steps.`,
    };
  },
});
