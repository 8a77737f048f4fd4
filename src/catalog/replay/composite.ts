/** CREATE TYPE … AS (…), which is a relation to the server, and its attributes. */
import type { AlterTableCmd, CompositeTypeStmt, TypeName } from "@pgsql/types";
import { type Column, keyOf, type OtherRelation } from "../catalog.ts";
import { findRelation, nameIn, nameOf, schemaFor } from "../find.ts";
import { defineColumn } from "./column-definition.ts";
import { columnType } from "./column-type.ts";
import type { Replay } from "./context.ts";
import { addRelation } from "./store.ts";

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

/** ALTER TYPE … ADD/DROP/ALTER ATTRIBUTE. */
export function alterComposite(
  replay: Replay,
  composite: OtherRelation,
  { subtype, name, def }: AlterTableCmd,
): void {
  const attributes = (composite.attributes ??= []);
  const definition = def !== undefined && "ColumnDef" in def ? def.ColumnDef : undefined;
  const attribute = attributes.find((one) => one.name === name);
  if (subtype === "AT_AddColumn" && definition !== undefined) {
    if (attributes.some((one) => one.name === definition.colname)) return;
    attributes.push(defineColumn(replay, definition).column);
  } else if (subtype === "AT_DropColumn" && attribute !== undefined) {
    composite.attributes = attributes.filter((one) => one !== attribute);
  } else if (subtype === "AT_AlterColumnType" && attribute !== undefined) {
    attribute.type = columnType(replay.catalog, definition?.typeName);
  }
}

/** The columns of `CREATE TABLE … OF type`. */
export function attributesOfType({ catalog }: Replay, type: TypeName | undefined): Column[] {
  const found = type === undefined ? undefined : findRelation(catalog, nameIn(type.names));
  if (found === undefined || !("attributes" in found)) return [];
  return structuredClone(found.attributes ?? []);
}
