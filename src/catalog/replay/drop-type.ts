/** A type goes, and with CASCADE the columns and functions that are of it. */
import type { Column, ColumnType } from "../catalog.ts";
import { findRelation, findType, isTable, type Name } from "../find.ts";
import type { Replay } from "./context.ts";
import { dropColumn } from "./drop-column.ts";
import { dropRelation } from "./drop-relation.ts";
import { countName } from "./store.ts";

export function dropType(replay: Replay, name: Name | undefined, cascade: boolean): void {
  const { catalog } = replay;
  const type = findType(catalog, name);
  const composite = type === undefined ? findRelation(catalog, name) : undefined;
  if (type !== undefined) {
    catalog.types.delete(type.key);
    if (type.kind === "domain") {
      for (const check of type.checks) countName(catalog, type.schema, check.name, -1);
    }
  } else if (composite?.kind === "composite-type") dropRelation(replay, composite, cascade);
  else return;
  if (cascade) dropUsers(replay, type ?? composite!);
}

function dropUsers(replay: Replay, gone: { readonly schema: string; readonly name: string }): void {
  const { catalog } = replay;
  const isOfIt = ({ type }: Pick<Column, "type">): boolean => isThe(type, gone);
  for (const relation of catalog.relations.values()) {
    if (isTable(relation)) {
      for (const column of relation.columns.filter(isOfIt)) {
        dropColumn(replay, relation, column.name, { cascade: true });
      }
    } else if ("attributes" in relation) {
      relation.attributes = relation.attributes?.filter((one) => !isOfIt(one)) ?? [];
    }
  }
  for (const type of catalog.types.values()) {
    if (type.kind === "domain" && isThe(type.base, gone)) dropType(replay, type, true);
  }
  for (const [key, definitions] of catalog.functions) {
    const left = definitions.filter(
      ({ returns }) => returns === undefined || !isThe(returns, gone),
    );
    if (left.length === 0) catalog.functions.delete(key);
    else catalog.functions.set(key, left);
  }
}

function isThe(
  type: ColumnType,
  { schema, name }: { readonly schema: string; readonly name: string },
): boolean {
  return type.schema === schema && type.name === name;
}
