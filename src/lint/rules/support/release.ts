/** Questions about all files of a report, asked when the last of them was read. */
import type { Constraint as ConstraintNode, ConstrType } from "@pgsql/types";
import { type Constraint, emptyCatalog, type Table } from "../../../catalog/catalog.ts";
import { expressionEquals } from "../../../catalog/columns-in.ts";
import { findTable, nameOf } from "../../../catalog/find.ts";
import type { FileContext, StatementContext } from "../../context.ts";
import { type AddedConstraint, addedConstraints } from "./constraints.ts";

export function isLastFile({ release, path }: FileContext): boolean {
  return release.at(-1) === path;
}

/** The statements of the report so far, in the order of their application. */
export function releaseStatements(file: FileContext): StatementContext[] {
  return [...file.earlier, file].flatMap(({ before }) => before);
}

export interface MadeConstraint {
  readonly context: StatementContext;
  readonly added: AddedConstraint;
  /** Both as they are at the end of the release. */
  readonly table: Table;
  readonly constraint: Constraint;
}

const KIND_OF: Readonly<Partial<Record<ConstrType, Constraint["kind"]>>> = {
  CONSTR_CHECK: "check",
  CONSTR_NOTNULL: "not-null",
  CONSTR_FOREIGN: "foreign-key",
};

/** The constraints that the release made and left, with the statements that made them. */
export function madeInRelease(
  file: FileContext,
  ...kinds: readonly ConstrType[]
): MadeConstraint[] {
  return releaseStatements(file).flatMap((context) => {
    const { node, step } = context;
    const table = findTable(file.catalog, nameOf(relationOf(node)));
    if (table === undefined) return [];
    // What IF NOT EXISTS left out then was not made in that step, and is not found below.
    return addedConstraints({ node, catalog: emptyCatalog() }, ...kinds).flatMap((added) => {
      const constraint = table.constraints.find(
        (one) => one.madeIn === step && isMadeBy(one, added.constraint, added.columns),
      );
      return constraint === undefined ? [] : [{ context, added, table, constraint }];
    });
  });
}

function isMadeBy(one: Constraint, by: ConstraintNode, columns: readonly string[]): boolean {
  if (one.kind !== KIND_OF[by.contype ?? "CONSTR_NULL"]) return false;
  if (by.conname !== undefined) return one.name === by.conname;
  if (one.kind === "check") return expressionEquals(one.expression, by.raw_expr);
  return one.columns.join() === columns.join();
}

function relationOf(node: StatementContext["node"]): Parameters<typeof nameOf>[0] {
  if ("CreateStmt" in node) return node.CreateStmt.relation;
  return "AlterTableStmt" in node ? node.AlterTableStmt.relation : undefined;
}
