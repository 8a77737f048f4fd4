/** Tables OF a composite type change with it: ALTER TYPE … ALTER ATTRIBUTE … CASCADE. */
import type { AlterTableCmd } from "@pgsql/types";
import { keyOf } from "../../catalog/catalog.ts";
import { findRelation, isTable, type Name } from "../../catalog/find.ts";
import type { Part } from "./part.ts";
import type { EffectState } from "./state.ts";
import { typeChangeParts } from "./type-change.ts";

export function typedTableParts(
  cmds: readonly AlterTableCmd[],
  name: Name,
  state: EffectState,
): Part[] {
  const { catalog } = state;
  const key = findRelation(catalog, name)?.key ?? keyOf(name.schema ?? "public", name.name);
  return [...catalog.relations.values()].flatMap((table) => {
    if (!isTable(table) || table.ofType !== key) return [];
    const target = { table, name: { schema: table.schema, name: table.name }, state };
    return typeChangeParts(cmds, {
      ...target,
      inherits: true,
      dropped: new Set(),
      required: new Set(),
    });
  });
}
