import { defineRule } from "../../rule.ts";
import { droppedNames } from "../support/drops.ts";
import { existing, listOf } from "../support/existing.ts";

export const dropTable = defineRule({
  id: "drop-table",
  kind: "compatibility",
  severity: "error",
  phase: "contract",
  summary: "A table is dropped that running code may still use",
  why: "Its rows are gone with the commit, and every query of the running application that names it fails. DROP TABLE also takes ACCESS EXCLUSIVE on the tables that its foreign keys refer to, and on the parent of a partition.",
  instead:
    "Release an application that does not use the table, watch for a while that nobody asks for it (renaming it keeps the rows), then drop it in a later release.",
  bad: [
    {
      history: "create table old_orders (id bigint primary key);",
      sql: "drop table old_orders;",
    },
    { sql: "drop table if exists old_orders;", note: "a table that no file of the history makes" },
  ],
  good: [
    {
      sql: "create table staging (id bigint);\ndrop table staging;",
      note: "nobody has seen it",
    },
    { sql: "create temporary table staging (id bigint);\ndrop table staging;" },
  ],
  otherIds: {
    squawk: ["ban-drop-table"],
    strongMigrations: ["drop_table"],
    atlas: ["DS102"],
    pgfence: ["drop-table"],
    migrationPilot: ["MP026"],
    pgMigrationLint: ["PGM201"],
    djangoMigrationLinter: ["DROP_TABLE"],
    postgresLanguageServer: ["banDropTable"],
    pgrubic: ["US021"],
  },
  on: ["DropStmt"],
  *check({ node, catalog, effects }) {
    const tables = droppedNames(node, "OBJECT_TABLE").flatMap(
      (one) => existing(catalog, one) ?? [],
    );
    const dropped = tables.map(({ name }) => name);
    const others = effects.locks
      .filter(({ relation, isNew, mode }) => {
        return !dropped.includes(relation) && !isNew && mode === "ACCESS EXCLUSIVE";
      })
      .map(({ relation }) => relation);
    for (const { name } of tables) {
      const also = others.length > 0 ? ` It locks ${listOf(others)} too.` : "";
      yield {
        message: `\`${name}\` and its rows are gone, and code that still asks for it fails.${also} Drop it one release after the last code that uses it.`,
        relation: name,
      };
    }
  },
});
