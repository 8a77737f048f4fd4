/** A column as CREATE TABLE and ADD COLUMN define it, with the constraints written at it. */
import type { ColumnDef, Constraint as ConstraintNode } from "@pgsql/types";
import { stringList } from "../../sql/tree.ts";
import { type Column, keyOf, type RelationKey } from "../catalog.ts";
import { columnType, serialType } from "./column-type.ts";
import type { Replay } from "./context.ts";
import { freeRelationName } from "./names.ts";
import { addRelation } from "./store.ts";

/** A constraint, with the column at which it was written. */
export interface WrittenConstraint {
  readonly node: ConstraintNode;
  readonly column?: string;
  readonly enforced: boolean;
  readonly deferrable: boolean;
}

export interface DefinedColumn {
  readonly column: Column;
  readonly constraints: readonly WrittenConstraint[];
  /** A sequence is its default, or its identity. */
  readonly sequence: boolean;
}

export function defineColumn({ catalog }: Replay, definition: ColumnDef): DefinedColumn {
  const name = definition.colname ?? "";
  const serial = definition.typeName === undefined ? undefined : serialType(definition.typeName);
  const column: Column = {
    name,
    type: serial ?? columnType(catalog, definition.typeName),
    notNull: false,
    ...(serial !== undefined && { serial: true }),
  };
  const collation = stringList(definition.collClause?.collname);
  if (collation.length > 0) column.collation = collation.join(".");
  const constraints = constraintsAt(definition);
  applyAttributes(column, constraints);
  return { column, constraints, sequence: serial !== undefined || column.identity !== undefined };
}

/** DEFAULT, GENERATED and IDENTITY are written as constraints, too. */
export function applyAttributes(column: Column, constraints: readonly WrittenConstraint[]): void {
  for (const { node } of constraints) {
    if (node.contype === "CONSTR_DEFAULT" && node.raw_expr !== undefined) {
      column.default = node.raw_expr;
    } else if (node.contype === "CONSTR_IDENTITY") {
      column.identity = node.generated_when === "a" ? "always" : "by default";
    } else if (node.contype === "CONSTR_GENERATED" && node.raw_expr !== undefined) {
      column.generated = node.generated_kind === "v" ? "virtual" : "stored";
      column.generatedFrom = node.raw_expr;
    }
  }
}

/** DEFERRABLE and NOT ENFORCED stand behind the constraint to which they belong. */
export function constraintsAt({ colname, constraints }: ColumnDef): WrittenConstraint[] {
  const written: {
    node: ConstraintNode;
    column?: string;
    enforced: boolean;
    deferrable: boolean;
  }[] = [];
  for (const one of constraints ?? []) {
    if (!("Constraint" in one)) continue;
    const node = one.Constraint;
    const last = written.at(-1);
    if (node.contype === "CONSTR_ATTR_DEFERRABLE" || node.contype === "CONSTR_ATTR_DEFERRED") {
      if (last !== undefined) last.deferrable = true;
    } else if (node.contype === "CONSTR_ATTR_NOT_ENFORCED") {
      if (last !== undefined) last.enforced = false;
    } else if (!node.contype?.startsWith("CONSTR_ATTR_")) {
      written.push({
        node,
        ...(colname !== undefined && { column: colname }),
        enforced: true,
        deferrable: false,
      });
    }
  }
  return written;
}

/** At the table instead of at a column. */
export function tableConstraint(node: ConstraintNode): WrittenConstraint {
  const canBeUnenforced = node.contype === "CONSTR_CHECK" || node.contype === "CONSTR_FOREIGN";
  return {
    node,
    enforced: !canBeUnenforced || node.is_enforced === true,
    deferrable: node.deferrable === true || node.initdeferred === true,
  };
}

/** Of a serial or identity column: `t_a_seq`. Its table may be yet to come. */
export function addSequence(
  { catalog }: Replay,
  table: { readonly key: RelationKey; readonly schema: string; readonly name: string },
  column: string,
): string {
  const { schema } = table;
  const name = freeRelationName(catalog, schema, [table.name, column, "seq"], false);
  addRelation(catalog, {
    kind: "sequence",
    key: keyOf(schema, name),
    schema,
    name,
    madeIn: catalog.step,
    ownedBy: { table: table.key, column },
  });
  return name;
}
