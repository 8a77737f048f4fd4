/** RENAME of a table: a view keeps the old name alive until no code uses it any more. */
import { findTable, nameOf, viewsOn } from "../../catalog/find.ts";
import { written } from "../../catalog/catalog.ts";
import { quoteIdent } from "../../postgres/identifiers.ts";
import { alterTableText } from "../alter-table-text.ts";
import { type Plan, type RecipeContext, type Refusal, refuse } from "../recipe.ts";

export function renameTable({
  node,
  statement,
  bytes,
  catalog,
  version,
}: RecipeContext): Plan | Refusal {
  if (!("RenameStmt" in node) || node.RenameStmt.renameType !== "OBJECT_TABLE") {
    return refuse("it renames no table");
  }
  const { relation, newname } = node.RenameStmt;
  const table = findTable(catalog, nameOf(relation));
  const text = alterTableText(bytes, statement);
  if (table === undefined || text === undefined || newname === undefined) {
    return refuse("no file of the history makes the table");
  }
  if (viewsOn(catalog, table.key).length > 0 && table.kind === "foreign-table") {
    return refuse("views on a foreign table have to be looked at by hand");
  }
  const target = `${text.schema}${quoteIdent(newname)}`;
  // As before, whoever asks needs rights on the table, and its policies are the asker's.
  const invoker = version >= 15 ? " with (security_invoker = true)" : "";
  const base = { language: "sql" } as const;
  return {
    of: `${written(table)} becomes ${newname}`,
    notes: [
      `Grant on the view \`${table.name}\` what is granted on the table: rights do not come with the name.`,
    ],
    files: [
      {
        ...base,
        phase: "expand",
        name: "rename",
        deployBoundaryBefore: false,
        text: `${statement.text};\n\n-- Code that still uses the old name reads and writes through it.\ncreate view ${text.relation}${invoker} as select * from ${target};\n`,
        allow: ["rename-table"],
      },
      {
        ...base,
        phase: "contract",
        name: "drop_view",
        deployBoundaryBefore: true,
        before: `no running version of the application uses the name \`${table.name}\`.`,
        text: `drop view ${text.relation};\n`,
        allow: ["drop-view"],
      },
    ],
  };
}
