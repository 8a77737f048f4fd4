/** Which of several functions of one name a statement means. */
import type { Node, ObjectWithArgs } from "@pgsql/types";
import type { Catalog, FunctionDefinition } from "../catalog.ts";
import { sameType } from "../find.ts";
import { columnType } from "./column-type.ts";

export function isTheOverload(
  catalog: Catalog,
  { argumentTypes }: FunctionDefinition,
  object: ObjectWithArgs,
): boolean {
  // `DROP FUNCTION f` without parentheses: there is one only.
  if (object.args_unspecified === true) return true;
  const given = (object.objargs ?? []).flatMap((one: Node) =>
    "TypeName" in one ? [one.TypeName] : [],
  );
  return (
    given.length === argumentTypes.length &&
    given.every((type, at) =>
      sameType(columnType(catalog, { ...type, typmods: [] }), argumentTypes[at]!),
    )
  );
}
