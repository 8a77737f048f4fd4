/** The constraints that a statement adds, however they are written. */
import type { ColumnDef, Constraint, ConstrType, Node } from "@pgsql/types";
import { type Table, written } from "../../../catalog/catalog.ts";
import { columnOf, findTable, nameOf } from "../../../catalog/find.ts";
import { stringList } from "../../../sql/tree.ts";
import type { StatementContext } from "../../context.ts";
import { subCommands } from "./alter-table.ts";
import { textOf } from "./existing.ts";
import { perStatement } from "./per-statement.ts";

export interface AddedConstraint {
  readonly constraint: Constraint;
  /** Undefined where the catalog has not seen it, and for the one that is being made. */
  readonly table: Table | undefined;
  /** The table as people write it. */
  readonly relation: string;
  /** Made by the same step: nobody else has seen it. */
  readonly isNew: boolean;
  /** Its columns, as far as they are written. */
  readonly columns: readonly string[];
  /** The definition of the column beside which it stands. */
  readonly column: ColumnDef | undefined;
  readonly by: "create-table" | "add-column" | "add-constraint";
  readonly enforced: boolean;
  readonly deferrable: boolean;
}

type Context = Pick<StatementContext, "node" | "catalog">;
type Subject = Pick<AddedConstraint, "table" | "relation" | "isNew">;

/** What IF NOT EXISTS leaves out, because the catalog has it, is not there. */
export function addedConstraints(
  context: Context,
  ...kinds: readonly ConstrType[]
): AddedConstraint[] {
  return all(context).filter(({ constraint }) =>
    kinds.includes(constraint.contype ?? "CONSTR_NULL"),
  );
}

const all = perStatement((context: Context): readonly AddedConstraint[] => {
  const { node, catalog } = context;
  if ("CreateStmt" in node) {
    const { relation, tableElts = [], if_not_exists } = node.CreateStmt;
    const name = nameOf(relation);
    if (name === undefined) return [];
    if (if_not_exists === true && findTable(catalog, name) !== undefined) return [];
    const subject = { table: undefined, relation: textOf(name), isNew: true };
    return tableElts.flatMap((element) => ofElement(element, subject, "create-table"));
  }
  return [
    ...subCommands(context, "AT_AddColumn").flatMap(({ cmd, ...subject }) => {
      const own = cmd.def !== undefined && "ColumnDef" in cmd.def ? cmd.def.ColumnDef.colname : "";
      const there = cmd.missing_ok === true && columnOf(subject.table, own) !== undefined;
      return there ? [] : ofElement(cmd.def, subject, "add-column");
    }),
    ...subCommands(context, "AT_AddConstraint").flatMap(({ cmd, ...subject }) =>
      ofElement(cmd.def, subject, "add-constraint"),
    ),
  ];
});

function ofElement(
  element: Node | undefined,
  subject: Subject,
  by: AddedConstraint["by"],
): AddedConstraint[] {
  if (element === undefined) return [];
  if ("Constraint" in element) {
    const constraint = element.Constraint;
    const columns = stringList(constraint.keys ?? constraint.fk_attrs);
    const enforced = constraint.is_enforced === true;
    const deferrable = constraint.deferrable === true;
    return [{ ...subject, constraint, columns, column: undefined, by, enforced, deferrable }];
  }
  if (!("ColumnDef" in element)) return [];
  const column = element.ColumnDef;
  const written = (column.constraints ?? []).flatMap((one) =>
    "Constraint" in one ? [one.Constraint] : [],
  );
  return written.map((constraint, at) => ({
    ...subject,
    constraint,
    columns: [column.colname ?? ""],
    column,
    by,
    enforced: constraint.is_enforced === true && !followed(written, at, "NOT_ENFORCED"),
    deferrable: followed(written, at, "DEFERRABLE") || followed(written, at, "DEFERRED"),
  }));
}

/** Beside a column the attributes of a constraint are constraints of the list, behind it. */
function followed(written: readonly Constraint[], at: number, attribute: string): boolean {
  for (const { contype = "CONSTR_NULL" } of written.slice(at + 1)) {
    if (!contype.startsWith("CONSTR_ATTR_")) return false;
    if (contype === `CONSTR_ATTR_${attribute}`) return true;
  }
  return false;
}

export interface Referenced {
  /** As people write it. */
  readonly relation: string;
  readonly table: Table | undefined;
  /** Those of the primary key where the text names none. */
  readonly columns: readonly string[];
}

export function referencedBy(
  { constraint }: AddedConstraint,
  { catalog }: Pick<StatementContext, "catalog">,
): Referenced {
  const name = nameOf(constraint.pktable);
  const table = findTable(catalog, name);
  const named = stringList(constraint.pk_attrs);
  const primary = table?.constraints.find(({ kind }) => kind === "primary-key")?.columns ?? [];
  return {
    relation: table === undefined ? textOf(name ?? { name: "" }) : written(table),
    table,
    columns: named.length > 0 ? named : primary,
  };
}

/** "`orders_customer_id_fkey`", or what stands for a name that the server gives. */
export function called({ conname }: Constraint, otherwise: string): string {
  return conname === undefined ? otherwise : `\`${conname}\``;
}
