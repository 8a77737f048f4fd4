/** RENAME COLUMN: both names are there until no code uses the old one. */
import { written } from "../../catalog/catalog.ts";
import { columnOf, findTable, nameOf, typeText } from "../../catalog/find.ts";
import { quoteIdent } from "../../postgres/identifiers.ts";
import { alterTableText } from "../alter-table-text.ts";
import { type Plan, type RecipeContext, type Refusal, refuse } from "../recipe.ts";
import { replaceColumn } from "./support/replace-column.ts";

export function renameColumn(context: RecipeContext): Plan | Refusal {
  const { node, statement, bytes, catalog } = context;
  if (!("RenameStmt" in node) || node.RenameStmt.renameType !== "OBJECT_COLUMN") {
    return refuse("it renames no column");
  }
  const { relation, subname, newname } = node.RenameStmt;
  const table = findTable(catalog, nameOf(relation));
  const old = columnOf(table, subname);
  const text = alterTableText(bytes, statement);
  if (table === undefined || old === undefined || text === undefined || newname === undefined) {
    return refuse("no file of the history makes the column");
  }
  if (old.type.name === "") return refuse("the type of the column is not in the history");
  const shown = written(table);
  const from = quoteIdent(old.name);
  const to = quoteIdent(newname);
  const collation = old.collation === undefined ? "" : ` collate ${old.collation}`;
  const files = replaceColumn(
    {
      table,
      relation: text.relation,
      schema: text.schema,
      shown,
      prefix: text.prefix,
      old,
      fresh: newname,
      final: newname,
      type: `${typeText(old.type)}${collation}`,
      sync: bothWays(from, to),
      value: from,
      beforeSwap: `every running version of the application uses the name \`${newname}\`, as it may from the backfill on, and none \`${old.name}\`.`,
    },
    context,
  );
  if ("reason" in files) return files;
  return { of: `${shown}.${old.name} becomes ${newname}`, files };
}

/** Whoever knows one name only writes that one; the other follows. */
function bothWays(from: string, to: string): string {
  return `  if tg_op = 'INSERT' then
    if new.${to} is null then new.${to} := new.${from}; else new.${from} := new.${to}; end if;
  elsif new.${to} is distinct from old.${to} then
    new.${from} := new.${to};
  else
    new.${to} := new.${from};
  end if;`;
}
