/** What depends on an object, as far as the files have shown it. */
import {
  type Catalog,
  type Relation,
  type RelationKey,
  type Table,
  written,
} from "../../../catalog/catalog.ts";
import { isTable, type Name, referencesTo, viewsOn } from "../../../catalog/find.ts";
import { tablesUsing } from "../../effects/other.ts";

export interface Dependent {
  /** In words, with its name: "the view `v`". */
  readonly text: string;
  /** The relation that is locked when the dependent is dropped. */
  readonly on: Relation;
}

/** Views and foreign keys that need the relation; those of `dropped` go with it. */
export function dependentsOf(
  catalog: Catalog,
  relation: Relation,
  dropped: ReadonlySet<RelationKey>,
): Dependent[] {
  const views = viewsOn(catalog, relation.key)
    .filter(({ key }) => !dropped.has(key))
    .map((view) => ({ text: `the view \`${written(view)}\``, on: view }));
  const keys = referencesTo(catalog, relation.key)
    .filter(({ table }) => !dropped.has(table.key))
    .map(({ table, constraint }) => ({
      text: `the foreign key \`${constraint.name}\` of \`${written(table)}\``,
      on: table,
    }));
  return [...views, ...keys];
}

/** Columns that have the type, or a domain of it. */
export function columnsOfType(catalog: Catalog, { schema, name }: Name): Dependent[] {
  return tablesUsing(catalog, schema ?? "public", name).flatMap((table) =>
    table.columns
      .filter(({ type }) => type.name === name)
      .map((column) => ({ text: `the column \`${written(table)}.${column.name}\``, on: table })),
  );
}

/** Tables of which a trigger calls the function. */
export function triggersCalling(
  catalog: Catalog,
  functions: ReadonlySet<RelationKey>,
): { readonly table: Table; readonly trigger: string }[] {
  return [...catalog.relations.values()]
    .filter(isTable)
    .flatMap((table) =>
      table.triggers
        .filter(({ function: called }) => functions.has(called))
        .map(({ name }) => ({ table, trigger: name })),
    );
}
