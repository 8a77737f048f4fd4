import { nameOf } from "../../../catalog/find.ts";
import { existing } from "../support/existing.ts";
import { isTakenAgain, wasFreed } from "../support/names-freed.ts";
import { defineRule } from "../../rule.ts";

export const renameTable = defineRule({
  id: "rename-table",
  kind: "compatibility",
  severity: "error",
  phase: "contract",
  summary: "A table is renamed while code still asks for the old name",
  why: "The rename itself takes a moment. But between it and the end of the roll-out two versions of the application run, and one of them names a table that is not there: every such query fails.",
  instead:
    "Rename, and create a view with the old name, in one transaction: a view of a single table can be written to as well. Drop it in a later release.",
  bad: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders rename to purchases;",
    },
  ],
  good: [
    {
      history: "create table orders (id bigint primary key);",
      sql: "alter table orders rename to purchases;\ncreate view orders as select * from purchases;",
      note: "old code finds the view",
    },
    {
      history:
        "create table orders (id bigint primary key);\ncreate table orders_new (id bigint primary key);",
      sql: "alter table orders rename to orders_old;\nalter table orders_new rename to orders;",
      note: "two tables change places",
    },
    {
      sql: "create table orders (id bigint primary key);\nalter table orders rename to purchases;",
      note: "nobody has seen the table yet",
    },
  ],
  otherIds: {
    squawk: ["renaming-table"],
    strongMigrations: ["rename_table"],
    atlas: ["BC101"],
    pgfence: ["rename-table"],
    migrationPilot: ["MP028"],
    pgMigrationLint: ["PGM504"],
    djangoMigrationLinter: ["RENAME_TABLE"],
    postgresLanguageServer: ["renamingTable"],
    pgrubic: ["US022"],
  },
  on: ["RenameStmt"],
  *check(context) {
    const { node, catalog } = context;
    if (!("RenameStmt" in node) || !isRelationKind(node.RenameStmt.renameType)) return;
    const { relation, newname } = node.RenameStmt;
    const name = nameOf(relation);
    const found = existing(catalog, name);
    if (name === undefined || found === undefined) return;
    if (found.relation?.kind === "index" || found.relation?.kind === "sequence") return;
    if (isTakenAgain(context, name) || wasFreed(context, newname)) return;
    yield {
      message: `\`${name.name}\` becomes \`${newname}\`: code that runs during the roll-out and asks for \`${name.name}\` fails. Create a view \`${name.name}\` in the same transaction, and drop it in a later release.`,
      relation: found.name,
      fix: { title: "Keep a view with the old name", edits: [], recipe: "rename-table" },
    };
  },
});

function isRelationKind(kind: string | undefined): boolean {
  return (
    kind === "OBJECT_TABLE" ||
    kind === "OBJECT_VIEW" ||
    kind === "OBJECT_MATVIEW" ||
    kind === "OBJECT_FOREIGN_TABLE"
  );
}
