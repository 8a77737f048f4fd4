/** From the recipes that the findings of one statement name to one plan. */
import {
  isRefusal,
  type Plan,
  type Recipe,
  type RecipeContext,
  type Refusal,
  refuse,
} from "./recipe.ts";
import { addColumn } from "./recipes/add-column.ts";
import { dropColumn } from "./recipes/drop-column.ts";
import { foreignKeyIndexes } from "./recipes/foreign-key-index.ts";
import { indexBuild } from "./recipes/index-build.ts";
import { key } from "./recipes/key.ts";
import { renameColumn } from "./recipes/rename-column.ts";
import { renameTable } from "./recipes/rename-table.ts";
import { setNotNull } from "./recipes/set-not-null.ts";
import { typeChange } from "./recipes/type-change.ts";
import { validatedLater } from "./recipes/validated-later.ts";

const RECIPES: ReadonlyMap<string, Recipe> = new Map([
  ["set-not-null", setNotNull],
  ["foreign-key", validatedLater],
  ["check", validatedLater],
  ["unique", key],
  ["primary-key", key],
  ["index", indexBuild],
  ["volatile-default", addColumn],
  ["type-change", typeChange],
  ["rename-column", renameColumn],
  ["rename-table", renameTable],
  ["drop-column", dropColumn],
]);

/** What can come together in one ADD COLUMN. */
const OF_ADD_COLUMN: ReadonlySet<string> = new Set([
  "volatile-default",
  "check",
  "foreign-key",
  "unique",
  "primary-key",
]);

export function planStatement(context: RecipeContext): Plan | Refusal {
  const ids = new Set(context.recipes);
  const lacksIndex = ids.has("index") && !("IndexStmt" in context.node);
  if (!lacksIndex) return planFor(context, ids);
  ids.delete("index");
  const plan: Plan | Refusal =
    ids.size > 0
      ? planFor(context, ids)
      : { of: "a foreign key with an index", files: [asIs(context)] };
  if (isRefusal(plan)) return plan;
  const indexes = foreignKeyIndexes(context);
  if (isRefusal(indexes)) return indexes;
  // Where the columns are there already, the index comes first: the key then never lacks it.
  const first = "AlterTableStmt" in context.node && !addsColumn(context);
  const files = first ? [indexes.file, ...plan.files] : [...plan.files, indexes.file];
  return { ...plan, files, adds: indexes.names };
}

function asIs({ statement }: RecipeContext): Plan["files"][number] {
  return {
    phase: "expand",
    name: "foreign_key",
    language: "sql",
    text: `${statement.text};\n`,
    deployBoundaryBefore: false,
  };
}

function planFor(context: RecipeContext, ids: ReadonlySet<string>): Plan | Refusal {
  if (addsColumn(context) && [...ids].every((id) => OF_ADD_COLUMN.has(id))) {
    return addColumn(context);
  }
  // A primary key makes its columns NOT NULL by itself.
  const left = [...ids].filter((id) => !(id === "set-not-null" && ids.has("primary-key")));
  const [id, ...more] = left;
  if (more.length > 0) return refuse(`several things are wrong with it (${left.join(", ")})`);
  const recipe = id === undefined ? undefined : RECIPES.get(id);
  return recipe === undefined ? refuse(`\`${id}\` has to be written by hand`) : recipe(context);
}

function addsColumn({ node }: RecipeContext): boolean {
  if (!("AlterTableStmt" in node)) return false;
  const [cmd] = node.AlterTableStmt.cmds ?? [];
  return (
    cmd !== undefined &&
    "AlterTableCmd" in cmd &&
    (cmd.AlterTableCmd.subtype ?? "AT_AddColumn") === "AT_AddColumn"
  );
}
