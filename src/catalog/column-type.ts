/** From the grammar's type names to the catalog's. */
import type { TypeName } from "@pgsql/types";
import { stringList } from "../sql/tree.ts";
import type { Catalog, ColumnType } from "./catalog.ts";
import { findType, schemaFor } from "./find.ts";

/**
 * Base types that are written without their schema (`text`, `uuid`); those with a syntax of their
 * own (`integer`, `varchar`) come from the grammar qualified. Source: pg_type of PostgreSQL 18.
 */
const BUILT_IN: ReadonlySet<string> = new Set(
  `bool bytea char name int8 int2 int2vector int4 regproc text oid tid xid cid oidvector json xml
  point lseg path box polygon line cidr float4 float8 circle macaddr8 money macaddr inet aclitem
  bpchar varchar date time timestamp timestamptz interval timetz bit varbit numeric refcursor
  regprocedure regoper regoperator regclass regtype regrole regnamespace uuid pg_lsn tsvector
  gtsvector tsquery regconfig regdictionary jsonb jsonpath txid_snapshot pg_snapshot int4range
  numrange tsrange tstzrange daterange int8range int4multirange nummultirange tsmultirange
  tstzmultirange datemultirange int8multirange xid8 record void trigger event_trigger
  smallserial serial bigserial serial2 serial4 serial8`.split(/\s+/),
);

const SERIALS: Readonly<Record<string, string>> = {
  smallserial: "int2",
  serial2: "int2",
  serial: "int4",
  serial4: "int4",
  bigserial: "int8",
  serial8: "int8",
};

export function typeOf(typeName: TypeName | undefined, catalog: Catalog): ColumnType {
  const words = stringList(typeName?.names);
  const name = words.at(-1) ?? "";
  const schema = words.at(-2);
  const typmods = (typeName?.typmods ?? []).flatMap((mod) =>
    "A_Const" in mod ? [mod.A_Const.ival?.ival ?? 0] : [],
  );
  const array = (typeName?.arrayBounds ?? []).length > 0;
  if (schema === "pg_catalog") return { name, typmods, array };
  const own = findType(catalog, { schema, name });
  if (own !== undefined) return { schema: own.schema, name, typmods, array };
  if (schema === undefined && BUILT_IN.has(name)) {
    return { name: SERIALS[name] ?? name, typmods, array };
  }
  return { schema: schemaFor(catalog, { schema, name }), name, typmods, array };
}

/** `serial`, `bigserial` and the like: an integer with a sequence of its own. */
export function isSerial(typeName: TypeName | undefined): boolean {
  const words = stringList(typeName?.names);
  return words.length === 1 && Object.hasOwn(SERIALS, words[0] ?? "");
}
