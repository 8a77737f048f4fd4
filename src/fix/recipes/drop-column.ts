/** DROP COLUMN: first rows can be written without it, later it goes. */
import { columnOf, viewsOn } from "../../catalog/find.ts";
import { quoteIdent } from "../../postgres/identifiers.ts";
import {
  isRefusal,
  type Plan,
  type PlannedFile,
  type RecipeContext,
  type Refusal,
  refuse,
} from "../recipe.ts";
import { alterContext } from "./support/alter-context.ts";

export function dropColumn(context: RecipeContext): Plan | Refusal {
  const alter = alterContext(context);
  if (isRefusal(alter)) return alter;
  const { cmd, table, prefix, shown } = alter;
  const column = columnOf(table, cmd.name);
  if (cmd.subtype !== "AT_DropColumn" || column === undefined)
    return refuse("it drops no column that the history has");
  if (viewsOn(context.catalog, table.key, column.name).length > 0) {
    return refuse("a view uses the column");
  }
  const isKey = table.constraints.some(
    ({ kind, columns }) => kind === "primary-key" && columns.includes(column.name),
  );
  if (isKey) return refuse("the column is part of the primary key");
  const contract: PlannedFile = {
    phase: "contract",
    name: "drop",
    language: "sql",
    deployBoundaryBefore: true,
    before: `no running version of the application reads or writes \`${column.name}\`.`,
    text: `${context.statement.text};\n`,
    allow: ["drop-column"],
  };
  const optional =
    column.notNull === false ||
    column.default !== undefined ||
    column.generated !== undefined ||
    column.identity !== undefined ||
    column.serial === true;
  const of = `dropping ${shown}.${column.name}`;
  if (optional) return { of, files: [contract] };
  return {
    of,
    files: [
      {
        phase: "expand",
        name: "optional",
        language: "sql",
        deployBoundaryBefore: false,
        text: `-- So that a version of the application that does not know the column can write rows.\n${prefix} alter column ${quoteIdent(column.name)} drop not null;\n`,
        allow: ["drop-not-null-compat"],
      },
      contract,
    ],
  };
}
