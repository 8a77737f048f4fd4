import type { Node } from "@pgsql/types";
import { defineRule } from "../../rule.ts";
import { alterCommands, alteredTable } from "../support/alter-commands.ts";
import { droppedNames } from "../support/drops.ts";
import { existing } from "../support/existing.ts";
import { changedTable } from "../support/rows.ts";
import type { Catalog } from "../../../catalog/catalog.ts";
import { nameOf } from "../../../catalog/find.ts";

export const irreversible = defineRule({
  id: "irreversible",
  kind: "process",
  severity: "info",
  pack: "style",
  phase: "contract",
  summary: "The way back cannot bring back what this takes away",
  why: "A `.down.sql` file can make a dropped table or column again, but not its rows: after a way back the application works with empty columns.",
  instead: "Keep the rows (a renamed table, a backup) until nobody would go back any more.",
  bad: [
    {
      history: "create table orders (id bigint, note text);",
      sql: "alter table orders drop column note;",
      hasDown: true,
    },
    { history: "create table orders (id bigint);", sql: "drop table orders;", hasDown: true },
  ],
  good: [
    {
      history: "create table orders (id bigint);",
      sql: "alter table orders add column note text;",
      hasDown: true,
    },
    {
      history: "create table orders (id bigint);",
      sql: "drop table orders;",
      hasDown: false,
      note: "it does not promise a way back",
    },
  ],
  otherIds: { pgMigrationLint: ["PGM901"] },
  *check({ node, catalog, file }) {
    if (file.hasDown !== true) return;
    const lost = rowsLost(node, catalog);
    if (lost === undefined) return;
    yield {
      message: `The \`.down.sql\` file cannot bring back the rows of ${lost}. Keep them until nobody would go back.`,
    };
  },
});

function rowsLost(node: Node, catalog: Catalog): string | undefined {
  const [table] = droppedNames(node, "OBJECT_TABLE").flatMap(
    (name) => existing(catalog, name) ?? [],
  );
  if (table !== undefined) return `\`${table.name}\``;
  const [column] = alterCommands(node, "AT_DropColumn");
  const altered = alteredTable(node, catalog);
  if (column !== undefined && altered !== undefined) return `\`${altered.name}.${column.name}\``;
  const [truncated] = "TruncateStmt" in node ? (node.TruncateStmt.relations ?? []) : [];
  if (truncated !== undefined && "RangeVar" in truncated) {
    const found = existing(catalog, nameOf(truncated.RangeVar));
    return found && `\`${found.name}\``;
  }
  const changed = "DeleteStmt" in node ? changedTable(node, catalog) : undefined;
  return changed && `\`${changed.name}\``;
}
