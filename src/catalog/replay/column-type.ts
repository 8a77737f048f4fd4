/** Types as columns, domains and functions name them. */
import type { TypeName } from "@pgsql/types";
import type { Catalog, ColumnType } from "../catalog.ts";
import { findRelation, findType, nameIn } from "../find.ts";

/** The pseudo-types that the server turns into an integer with a sequence. */
const SERIAL: Readonly<Record<string, string>> = {
  smallserial: "int2",
  serial2: "int2",
  serial: "int4",
  serial4: "int4",
  bigserial: "int8",
  serial8: "int8",
};

export function serialType({ names }: TypeName): ColumnType | undefined {
  const name = names?.length === 1 ? nameIn(names)?.name : undefined;
  const integer = name === undefined ? undefined : SERIAL[name];
  return integer === undefined ? undefined : { name: integer, typmods: [], array: false };
}

export function columnType(catalog: Catalog, type: TypeName | undefined): ColumnType {
  const name = nameIn(type?.names) ?? { name: "" };
  const found = name.schema === "pg_catalog" ? undefined : schemaOf(catalog, name);
  return {
    ...(found !== undefined && { schema: found }),
    name: name.name,
    typmods: (type?.typmods ?? []).flatMap((mod) => {
      if (!("A_Const" in mod)) return [];
      const { ival, fval } = mod.A_Const;
      // The tree leaves a zero out.
      if (ival !== undefined) return [ival.ival ?? 0];
      return fval === undefined ? [] : [Number(fval.fval)];
    }),
    array: (type?.arrayBounds ?? []).length > 0,
  };
}

/** Undefined for what is not of the files: a type of pg_catalog, or of an extension. */
function schemaOf(
  catalog: Catalog,
  name: { readonly schema?: string | undefined; readonly name: string },
): string | undefined {
  // Every table is a type, too.
  return name.schema ?? findType(catalog, name)?.schema ?? findRelation(catalog, name)?.schema;
}
