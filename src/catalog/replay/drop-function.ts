/** A function goes, and with CASCADE the triggers that call it. */
import type { ObjectWithArgs } from "@pgsql/types";
import { keyOf } from "../catalog.ts";
import { findFunctions, isTable, nameIn } from "../find.ts";
import type { Replay } from "./context.ts";
import { isTheOverload } from "./overloads.ts";

export function dropFunction({ catalog }: Replay, object: ObjectWithArgs, cascade: boolean): void {
  const found = findFunctions(catalog, nameIn(object.objname));
  const [first] = found;
  if (first === undefined) return;
  const key = keyOf(first.schema, first.name);
  const left = found.filter((one) => !isTheOverload(catalog, one, object));
  if (left.length > 0) catalog.functions.set(key, left);
  else catalog.functions.delete(key);
  if (!cascade || left.length > 0) return;
  for (const relation of catalog.relations.values()) {
    if (!isTable(relation)) continue;
    relation.triggers = relation.triggers.filter((trigger) => trigger.function !== key);
  }
}
