/** FOREIGN KEY and CHECK: added NOT VALID, which reads nothing, and validated in a later file. */
import type { Constraint } from "@pgsql/types";
import { columnsIn } from "../../catalog/columns-in.ts";
import { freeConstraintName, joinedColumns } from "../../catalog/replay/names.ts";
import { quoteIdent } from "../../postgres/identifiers.ts";
import { stringList } from "../../sql/tree.ts";
import {
  isRefusal,
  type Plan,
  type PlannedFile,
  type RecipeContext,
  type Refusal,
  refuse,
} from "../recipe.ts";
import { type AlterContext, alterContext } from "./support/alter-context.ts";
import { behindAdd, withoutName } from "./support/constraint-text.ts";

export function validatedLater(context: RecipeContext): Plan | Refusal {
  const alter = alterContext(context);
  if (isRefusal(alter)) return alter;
  const { cmd } = alter;
  const constraint = cmd.def !== undefined && "Constraint" in cmd.def ? cmd.def.Constraint : {};
  const { contype } = constraint;
  if (contype !== "CONSTR_FOREIGN" && contype !== "CONSTR_CHECK") {
    return refuse("only a foreign key or a CHECK can be validated later");
  }
  if (
    contype === "CONSTR_FOREIGN" &&
    alter.table.kind === "partitioned-table" &&
    context.version < 18
  ) {
    return refuse("a foreign key of a partitioned table cannot be NOT VALID before PostgreSQL 18");
  }
  return planFor(alter, constraint, context);
}

function planFor(
  { prefix, shown, command, table }: AlterContext,
  constraint: Constraint,
  { bytes, catalog }: RecipeContext,
): Plan {
  const name = constraint.conname ?? serverName(constraint, table, catalog);
  const definition = withoutName(bytes, behindAdd(bytes, command));
  const kind = constraint.contype === "CONSTR_FOREIGN" ? "foreign key" : "CHECK";
  return { of: `the ${kind} ${name} on ${shown}`, files: twoFiles(prefix, name, definition) };
}

export function twoFiles(prefix: string, name: string, definition: string): PlannedFile[] {
  const quoted = quoteIdent(name);
  const rest = { language: "sql", deployBoundaryBefore: false } as const;
  return [
    {
      ...rest,
      phase: "expand",
      name: "add_constraint",
      text: `${prefix} add constraint ${quoted} ${definition} not valid;\n`,
    },
    {
      ...rest,
      phase: "contract",
      name: "validate",
      text: `${prefix} validate constraint ${quoted};\n`,
      before: "rows that break the constraint are put right.",
    },
  ];
}

function serverName(
  constraint: Constraint,
  table: AlterContext["table"],
  catalog: RecipeContext["catalog"],
): string {
  if (constraint.contype === "CONSTR_FOREIGN") {
    const columns = stringList(constraint.fk_attrs);
    return freeConstraintName(catalog, table.schema, [table.name, joinedColumns(columns), "fkey"]);
  }
  const columns = [...columnsIn(constraint.raw_expr)];
  const column = columns.length === 1 ? columns[0] : undefined;
  return freeConstraintName(catalog, table.schema, [table.name, column, "check"]);
}
