/** Questions to the catalog. Undefined always means "not seen in the files", never "not there". */
import type { Node, RangeVar } from "@pgsql/types";
import { stringList } from "../sql/tree.ts";
import {
  type Catalog,
  type Column,
  type ColumnType,
  type Constraint,
  type FunctionDefinition,
  type Index,
  keyOf,
  type OtherRelation,
  type Relation,
  type RelationKey,
  type Table,
  TEMPORARY_SCHEMA,
  type UserType,
  type View,
} from "./catalog.ts";

export interface Name {
  readonly schema?: string | undefined;
  readonly name: string;
}

export function nameOf(relation: RangeVar | undefined): Name | undefined {
  const { schemaname, relname } = relation ?? {};
  return relname === undefined ? undefined : { schema: schemaname, name: relname };
}

/** A qualified name as a list of strings: `{schema, name}`; a catalog's name in front is dropped. */
export function nameIn(list: unknown): Name | undefined {
  const words = stringList(list);
  const name = words.at(-1);
  return name === undefined ? undefined : { schema: words.at(-2), name };
}

/** The schema in which something new of this name is made. */
export function schemaFor(catalog: Catalog, name: Name): string {
  return name.schema ?? catalog.searchPath[0] ?? "public";
}

export function findRelation(catalog: Catalog, name: Name | undefined): Relation | undefined {
  return lookUp(catalog, catalog.relations, name);
}

export function findTable(catalog: Catalog, name: Name | undefined): Table | undefined {
  const found = findRelation(catalog, name);
  return found !== undefined && isTable(found) ? found : undefined;
}

export function findIndex(catalog: Catalog, name: Name | undefined): Index | undefined {
  const found = findRelation(catalog, name);
  return found?.kind === "index" ? found : undefined;
}

export function findView(catalog: Catalog, name: Name | undefined): View | undefined {
  const found = findRelation(catalog, name);
  return found?.kind === "view" || found?.kind === "materialized-view" ? found : undefined;
}

export function findType(catalog: Catalog, name: Name | undefined): UserType | undefined {
  return lookUp(catalog, catalog.types, name);
}

export function findFunctions(
  catalog: Catalog,
  name: Name | undefined,
): readonly FunctionDefinition[] {
  return lookUp(catalog, catalog.functions, name) ?? [];
}

function lookUp<T>(
  catalog: Catalog,
  from: ReadonlyMap<RelationKey, T>,
  name: Name | undefined,
): T | undefined {
  if (name === undefined) return undefined;
  if (name.schema !== undefined) return from.get(keyOf(name.schema, name.name));
  const temporary = from.get(keyOf(TEMPORARY_SCHEMA, name.name));
  if (temporary !== undefined) return temporary;
  for (const schema of catalog.searchPath) {
    const found = from.get(keyOf(schema, name.name));
    if (found !== undefined) return found;
  }
  return undefined;
}

export function tableAt(catalog: Catalog, key: RelationKey | undefined): Table | undefined {
  const found = key === undefined ? undefined : catalog.relations.get(key);
  return found !== undefined && isTable(found) ? found : undefined;
}

export function indexAt(catalog: Catalog, key: RelationKey | undefined): Index | undefined {
  const found = key === undefined ? undefined : catalog.relations.get(key);
  return found?.kind === "index" ? found : undefined;
}

export function isTable(relation: Relation): relation is Table {
  return (
    relation.kind === "table" ||
    relation.kind === "partitioned-table" ||
    relation.kind === "foreign-table"
  );
}

export function columnOf(table: Table | undefined, name: string | undefined): Column | undefined {
  return name === undefined ? undefined : table?.columns.find((column) => column.name === name);
}

export function constraintOf(
  table: Table | undefined,
  name: string | undefined,
): Constraint | undefined {
  return name === undefined ? undefined : table?.constraints.find((one) => one.name === name);
}

export function indexesOf(catalog: Catalog, table: Table): Index[] {
  return table.indexes.flatMap((key) => indexAt(catalog, key) ?? []);
}

/** Relations that may point to it, but for partitions, children and indexes. */
export function dependentsOf(catalog: Catalog, key: RelationKey): Relation[] {
  const found: Relation[] = [];
  for (const one of catalog.dependents.get(key) ?? []) {
    const relation = catalog.relations.get(one);
    if (relation !== undefined) found.push(relation);
  }
  return found;
}

/** The sequences that belong to its columns, or to one of them. */
export function sequencesOf(catalog: Catalog, table: Table, column?: string): OtherRelation[] {
  return dependentsOf(catalog, table.key).filter(
    (one): one is OtherRelation =>
      one.kind === "sequence" &&
      one.ownedBy?.table === table.key &&
      (column === undefined || one.ownedBy.column === column),
  );
}

/** Foreign keys of other tables (and its own) that refer to it, with the table that has them. */
export function referencesTo(
  catalog: Catalog,
  key: RelationKey,
): { readonly table: Table; readonly constraint: Constraint }[] {
  const found: { table: Table; constraint: Constraint }[] = [];
  for (const table of dependentsOf(catalog, key)) {
    if (!isTable(table)) continue;
    for (const constraint of table.constraints) {
      if (constraint.references?.table === key) found.push({ table, constraint });
    }
  }
  return found;
}

/** Views and materialized views that read it. */
export function viewsOn(catalog: Catalog, key: RelationKey, column?: string): View[] {
  const found: View[] = [];
  for (const view of dependentsOf(catalog, key)) {
    if (view.kind !== "view" && view.kind !== "materialized-view") continue;
    const used = view.uses.get(key);
    if (used === undefined) continue;
    if (column === undefined || used === "all" || used.has(column)) found.push(view);
  }
  return found;
}

/** The table with all below it that an ALTER reaches: partitions and children, at every level. */
export function withDescendants(catalog: Catalog, table: Table): Table[] {
  const all = new Set<Table>([table]);
  for (const one of all) {
    for (const key of [...one.partitions, ...one.children]) {
      const below = tableAt(catalog, key);
      if (below !== undefined) all.add(below);
    }
  }
  return [...all];
}

export function defaultPartitionOf(catalog: Catalog, parent: Table): Table | undefined {
  for (const key of parent.partitions) {
    const partition = tableAt(catalog, key);
    if (partition?.partitionOf?.bound === "default") return partition;
  }
  return undefined;
}

/** Made by the step that is under way: nobody else sees it before the commit. */
export function isNew(catalog: Catalog, relation: { readonly madeIn: number }): boolean {
  return relation.madeIn === catalog.step;
}

export function sameType(left: ColumnType, right: ColumnType): boolean {
  return (
    left.schema === right.schema &&
    left.name === right.name &&
    left.array === right.array &&
    left.typmods.length === right.typmods.length &&
    left.typmods.every((mod, at) => mod === right.typmods[at])
  );
}

/** `varchar(10)`, `shop.mood[]`. */
export function typeText({ schema, name, typmods, array }: ColumnType): string {
  const mods = typmods.length > 0 ? `(${typmods.join(", ")})` : "";
  return `${schema === undefined || schema === "public" ? "" : `${schema}.`}${name}${mods}${array ? "[]" : ""}`;
}

export function nodeKind(node: Node): string {
  return Object.keys(node)[0] ?? "";
}
