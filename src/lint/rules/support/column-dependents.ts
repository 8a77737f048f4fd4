/** What DROP COLUMN and DROP CONSTRAINT take along with CASCADE, in words. */
import type { AlterTableCmd } from "@pgsql/types";
import { type Catalog, written } from "../../../catalog/catalog.ts";
import { constraintOf, referencesTo, viewsOn } from "../../../catalog/find.ts";
import { type Existing, tableOf } from "./existing.ts";

export function columnDependents(
  catalog: Catalog,
  target: Existing,
  { subtype, name = "" }: AlterTableCmd,
): string[] {
  const table = tableOf(target);
  if (table === undefined) return [];
  const dropsColumn = subtype === "AT_DropColumn";
  const constraint = dropsColumn ? undefined : constraintOf(table, name);
  const views = dropsColumn ? viewsOn(catalog, table.key, name) : [];
  const gone = dropsColumn ? [name] : (constraint?.columns ?? []);
  const isKey = constraint?.kind === "primary-key" || constraint?.kind === "unique";
  const keys = referencesTo(catalog, table.key).filter(({ constraint: { references } }) => {
    const columns = references?.columns ?? [];
    return dropsColumn ? columns.includes(name) : isKey && columns.join() === gone.join();
  });
  return [
    ...views.map((view) => `the view \`${written(view)}\``),
    ...keys.map((one) => `the foreign key \`${one.constraint.name}\` of \`${written(one.table)}\``),
  ];
}
