/** ADD UNIQUE and ADD PRIMARY KEY on a table that is in use. */
import type { Constraint } from "@pgsql/types";
import { columnOf } from "../../catalog/find.ts";
import { stringList } from "../../sql/tree.ts";
import { isRefusal, type Plan, type RecipeContext, type Refusal, refuse } from "../recipe.ts";
import { type AlterContext, alterContext } from "./support/alter-context.ts";
import { keyFiles, keyName } from "./support/key-files.ts";
import { notNullFiles } from "./support/not-null.ts";

export function key(context: RecipeContext): Plan | Refusal {
  const alter = alterContext(context);
  if (isRefusal(alter)) return alter;
  const { cmd, table } = alter;
  const constraint = cmd.def !== undefined && "Constraint" in cmd.def ? cmd.def.Constraint : {};
  const { contype } = constraint;
  if (contype !== "CONSTR_UNIQUE" && contype !== "CONSTR_PRIMARY") {
    return refuse("it adds neither UNIQUE nor PRIMARY KEY");
  }
  if (table.kind !== "table") {
    return refuse("an index of a partitioned table cannot be built CONCURRENTLY");
  }
  if (constraint.options !== undefined || constraint.indexspace !== undefined) {
    return refuse("it sets options of the index, which have to be written by hand");
  }
  if ((constraint as { without_overlaps?: boolean }).without_overlaps === true) {
    return refuse("WITHOUT OVERLAPS cannot take over an index");
  }
  return planFor(alter, constraint, context);
}

function planFor(alter: AlterContext, constraint: Constraint, context: RecipeContext): Plan {
  const { table, shown } = alter;
  const columns = stringList(constraint.keys);
  const isPrimary = constraint.contype === "CONSTR_PRIMARY";
  const name =
    constraint.conname ?? keyName(table, isPrimary ? undefined : columns, context.catalog);
  const nullable = isPrimary
    ? columns.filter((column) => columnOf(table, column)?.notNull !== true)
    : [];
  return {
    of: `${isPrimary ? "the primary key" : `UNIQUE (${columns.join(", ")})`} of ${shown}`,
    files: [
      ...nullable.flatMap((column) => notNullFiles({ ...alter, column }, context)),
      ...keyFiles({
        ...alter,
        kind: isPrimary ? "primary key" : "unique",
        name,
        columns,
        include: stringList(constraint.including),
        nullsNotDistinct: constraint.nulls_not_distinct === true,
        attributes: attributesOf(constraint),
      }),
    ],
  };
}

function attributesOf({ deferrable, initdeferred }: Constraint): string {
  if (deferrable !== true) return "";
  return initdeferred === true ? " deferrable initially deferred" : " deferrable";
}
