/** SET NOT NULL, in steps of which none reads the table while others wait. */
import type { Constraint as ConstraintNode } from "@pgsql/types";
import { columnOf, findIndex } from "../../catalog/find.ts";
import { type Plan, type RecipeContext, type Refusal, isRefusal, refuse } from "../recipe.ts";
import { type AlterContext, alterContext } from "./support/alter-context.ts";
import { notNullFiles } from "./support/not-null.ts";
import { stringOf } from "../../sql/tree.ts";

export function setNotNull(context: RecipeContext): Plan | Refusal {
  const alter = alterContext(context);
  if (isRefusal(alter)) return alter;
  const { cmd } = alter;
  const notes = ["Rows that are null already have to be filled before the first file runs."];
  if (cmd.subtype === "AT_SetNotNull") {
    return { ...planFor(alter, cmd.name, undefined, context), notes };
  }
  const constraint = cmd.def !== undefined && "Constraint" in cmd.def ? cmd.def.Constraint : {};
  if (constraint.contype === "CONSTR_NOTNULL") {
    const column = stringOf(constraint.keys?.[0]);
    return { ...planFor(alter, column, constraint.conname, context), notes };
  }
  if (constraint.contype === "CONSTR_PRIMARY" && constraint.indexname !== undefined) {
    return beforeKey(alter, constraint, context);
  }
  return refuse("it is not clear which column is to become NOT NULL");
}

function planFor(
  alter: AlterContext,
  column: string | undefined,
  name: string | undefined,
  context: RecipeContext,
): Plan | Refusal {
  if (column === undefined) return refuse("it names no column");
  const files = notNullFiles({ ...alter, column, name }, context);
  return { files, of: `NOT NULL on ${alter.shown}.${column}` };
}

/** ADD PRIMARY KEY USING INDEX makes the columns of the index NOT NULL. */
function beforeKey(
  alter: AlterContext,
  { indexname }: ConstraintNode,
  context: RecipeContext,
): Plan | Refusal {
  const index = findIndex(context.catalog, { schema: alter.table.schema, name: indexname! });
  if (index === undefined) return refuse(`no file of the history makes the index \`${indexname}\``);
  const nullable = index.columns.filter(
    (one): one is string => typeof one === "string" && columnOf(alter.table, one)?.notNull !== true,
  );
  return {
    of: `the primary key of ${alter.shown}`,
    files: [
      ...nullable.flatMap((column) => notNullFiles({ ...alter, column }, context)),
      {
        phase: "contract",
        name: "primary_key",
        language: "sql",
        text: `${context.statement.text};\n`,
        deployBoundaryBefore: false,
      },
    ],
  };
}
