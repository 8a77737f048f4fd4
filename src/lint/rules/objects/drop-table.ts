import type { Name } from "../../../catalog/find.ts";
import type { StatementContext } from "../../context.ts";
import { defineRule } from "../../rule.ts";
import { droppedNames } from "../support/drops.ts";
import { existing, listOf } from "../support/existing.ts";
import { isTakenAgain } from "../support/names-freed.ts";

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
    {
      history: "create table orders (id bigint primary key);",
      sql: "drop table if exists lines;\ncreate table lines (id bigint primary key);",
      note: "the files would have made it: there is none",
    },
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
  *check(context) {
    const { node, catalog, effects } = context;
    const ifExists = "DropStmt" in node && node.DropStmt.missing_ok === true;
    const tables = droppedNames(node, "OBJECT_TABLE").flatMap((one) => {
      const found = existing(catalog, one);
      const unknown = found !== undefined && found.relation === undefined;
      return found === undefined || (unknown && ifExists && isFresh(context, one)) ? [] : found;
    });
    const dropped = tables.map(({ name }) => name);
    const others = effects.locks
      .filter(({ relation, isNew, mode }) => {
        return !dropped.includes(relation) && !isNew && mode === "ACCESS EXCLUSIVE";
      })
      .map(({ relation }) => relation);
    for (const { name, relation } of tables) {
      const also = others.length > 0 ? ` It locks ${listOf(others)} too.` : "";
      if (relation === undefined && ifExists) {
        yield {
          message: `If there is a table \`${name}\`, it goes with its rows: no file makes it, and so nobody sees here what it is.${also} Drop it by a name that the files know, or leave the statement out.`,
          severity: "warning",
          relation: name,
        };
        continue;
      }
      yield {
        message: `\`${name}\` and its rows are gone, and code that still asks for it fails.${also} Drop it one release after the last code that uses it.`,
        relation: name,
      };
    }
  },
});

/** The files make everything else, and this one only behind the DROP. */
function isFresh(context: StatementContext, name: Name): boolean {
  const { relations, gaps } = context.catalog;
  return relations.size > 0 && gaps.length === 0 && isTakenAgain(context, name);
}
