/** An ALTER TABLE with one sub-command, and the words that recipes write about its table. */
import type { AlterTableCmd } from "@pgsql/types";
import { type Column, type Table, written } from "../../../catalog/catalog.ts";
import { columnOf, findTable, nameOf } from "../../../catalog/find.ts";
import { objectName } from "../../../catalog/replay/names.ts";
import { quoteIdent } from "../../../postgres/identifiers.ts";
import { alterTableText } from "../../alter-table-text.ts";
import { type RecipeContext, refuse, type Refusal } from "../../recipe.ts";

export interface TableNames {
  readonly table: Table;
  /** As the author writes it: `app.users`. */
  readonly relation: string;
  /** `app.`, or empty. */
  readonly schema: string;
  /** For comments: `users`. */
  readonly shown: string;
}

export interface AlterContext extends TableNames {
  readonly cmd: AlterTableCmd;
  /** `alter table only app.users`. */
  readonly prefix: string;
  /** The sub-command, with its place in the file. */
  readonly command: { readonly start: number; readonly end: number; readonly text: string };
}

export function alterContext({
  node,
  statement,
  bytes,
  catalog,
}: RecipeContext): AlterContext | Refusal {
  if (!("AlterTableStmt" in node)) return refuse("it is no ALTER TABLE");
  const { relation, cmds = [] } = node.AlterTableStmt;
  const [only] = cmds;
  const text = alterTableText(bytes, statement);
  const command = text?.commands[0];
  if (
    cmds.length !== 1 ||
    only === undefined ||
    !("AlterTableCmd" in only) ||
    command === undefined
  ) {
    return refuse("its sub-commands cannot be told apart");
  }
  const table = findTable(catalog, nameOf(relation));
  if (table === undefined || text === undefined) {
    return refuse("no file of the history makes the table, so what depends on it is not known");
  }
  const { prefix, relation: name, schema } = text;
  return {
    cmd: only.AlterTableCmd,
    table,
    prefix,
    relation: name,
    schema,
    shown: written(table),
    command,
  };
}

export function columnIn(table: Table, name: string | undefined): Column | Refusal {
  return columnOf(table, name) ?? refuse(`the history has no column \`${name ?? ""}\``);
}

/** A name made like the server's own, cut to the length that it allows. */
export function madeName(table: Table, column: string | undefined, label: string): string {
  return objectName(table.name, column, label);
}

/** Something that lies in the schema of the table. */
export function beside({ schema }: TableNames, name: string): string {
  return `${schema}${quoteIdent(name)}`;
}
