/** CREATE TYPE … AS (…), which is a relation to the server, and its attributes. */
import type { AlterTableCmd, CompositeTypeStmt, TypeName } from "@pgsql/types";
import { type Column, keyOf, type OtherRelation, type Table } from "../catalog.ts";
import { dependentsOf, findRelation, isTable, nameIn, nameOf, schemaFor } from "../find.ts";
import { defineColumn } from "./column-definition.ts";
import { columnType } from "./column-type.ts";
import type { Replay } from "./context.ts";
import { dropColumn } from "./drop-column.ts";
import { addRelation, dependOn } from "./store.ts";

export function createComposite(replay: Replay, statement: CompositeTypeStmt): void {
  const { catalog } = replay;
  const name = nameOf(statement.typevar);
  if (name === undefined) return;
  const schema = schemaFor(catalog, name);
  const key = keyOf(schema, name.name);
  if (catalog.relations.has(key) || catalog.types.has(key)) return;
  addRelation(catalog, {
    kind: "composite-type",
    key,
    schema,
    name: name.name,
    madeIn: catalog.step,
    attributes: (statement.coldeflist ?? []).flatMap((one) =>
      "ColumnDef" in one ? [defineColumn(replay, one.ColumnDef).column] : [],
    ),
  });
}

/** ALTER TYPE … ADD/DROP/ALTER ATTRIBUTE; tables of the type follow with CASCADE. */
export function alterComposite(
  replay: Replay,
  composite: OtherRelation,
  command: AlterTableCmd,
): void {
  composite.attributes = altered(replay, composite.attributes ?? [], command);
  for (const table of tablesOf(replay, composite)) {
    if (command.subtype === "AT_DropColumn" && command.name !== undefined) {
      dropColumn(replay, table, command.name, { cascade: true });
    } else table.columns = altered(replay, table.columns, command);
  }
}

function altered(
  replay: Replay,
  attributes: readonly Column[],
  { subtype, name, def }: AlterTableCmd,
): Column[] {
  const definition = def !== undefined && "ColumnDef" in def ? def.ColumnDef : undefined;
  if (subtype === "AT_DropColumn") return attributes.filter((one) => one.name !== name);
  if (definition === undefined) return [...attributes];
  if (subtype === "AT_AlterColumnType") {
    const type = columnType(replay.catalog, definition.typeName);
    return attributes.map((one) => (one.name === name ? { ...one, type } : one));
  }
  if (attributes.some((one) => one.name === definition.colname)) return [...attributes];
  return [...attributes, defineColumn(replay, definition).column];
}

export function tablesOf({ catalog }: Replay, composite: OtherRelation): Table[] {
  return dependentsOf(catalog, composite.key).filter(
    (one): one is Table => isTable(one) && one.ofType === composite.key,
  );
}

/** `CREATE TABLE … OF type` and `ALTER TABLE … OF type`. */
export function ofType({ catalog }: Replay, table: Table, type: TypeName | undefined): void {
  const found = type === undefined ? undefined : findRelation(catalog, nameIn(type.names));
  if (found === undefined || !("attributes" in found)) return;
  table.ofType = found.key;
  dependOn(catalog, found.key, table.key);
  // With ALTER TABLE they are there.
  if (table.columns.length === 0) table.columns = structuredClone(found.attributes ?? []);
}
