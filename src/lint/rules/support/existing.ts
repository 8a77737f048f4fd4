/** Relations that a statement names, where somebody else may be using them. */
import { type Catalog, type Relation, type Table, written } from "../../../catalog/catalog.ts";
import { findRelation, isNew, isTable, type Name } from "../../../catalog/find.ts";

export interface Existing {
  /** As people write it. */
  readonly name: string;
  /** Undefined where the files have not shown it; it counts as existing all the same. */
  readonly relation?: Relation;
}

/** Undefined for what the same step made and for what is temporary: nobody else can see it. */
export function existing(catalog: Catalog, name: Name | undefined): Existing | undefined {
  if (name === undefined) return undefined;
  const relation = findRelation(catalog, name);
  if (relation === undefined) return { name: textOf(name) };
  if (isNew(catalog, relation)) return undefined;
  if (isTable(relation) && relation.persistence === "temporary") return undefined;
  return { name: written(relation), relation };
}

export function tableOf({ relation }: Existing): Table | undefined {
  return relation !== undefined && isTable(relation) ? relation : undefined;
}

export function textOf({ schema, name }: Name): string {
  return schema === undefined || schema === "public" ? name : `${schema}.${name}`;
}

/** "`a`, `b` and 3 more". */
export function listOf(names: readonly string[], most = 4): string {
  const shown = names.slice(0, most).map((name) => `\`${name}\``);
  const more = names.length - shown.length;
  if (more > 0) return `${shown.join(", ")} and ${more} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}
