/**
 * The files that make a column NOT NULL without a long lock. Since 18 the constraint itself can be
 * NOT VALID; before, a CHECK proves it, and SET NOT NULL then reads nothing.
 */
import { freeConstraintName } from "../../../catalog/replay/names.ts";
import { quoteIdent } from "../../../postgres/identifiers.ts";
import type { PlannedFile, RecipeContext } from "../../recipe.ts";
import type { TableNames } from "./alter-context.ts";

export interface NotNullWanted extends TableNames {
  /** `alter table app.users`. */
  readonly prefix: string;
  readonly column: string;
  /** Of the NOT NULL constraint, where the author gave one. */
  readonly name?: string | undefined;
}

export function notNullFiles(
  wanted: NotNullWanted,
  { version, catalog }: Pick<RecipeContext, "version" | "catalog">,
): PlannedFile[] {
  const { table, prefix, shown, column } = wanted;
  const quoted = quoteIdent(column);
  const before = `every running version of the application writes \`${column}\`, and no row of \`${shown}\` has a null in it.`;
  const first = { phase: "expand", language: "sql", deployBoundaryBefore: true, before } as const;
  const next = { phase: "contract", language: "sql", deployBoundaryBefore: false } as const;
  const free = (label: string): string =>
    freeConstraintName(catalog, table.schema, [table.name, column, label]);
  if (version >= 18) {
    const name = quoteIdent(wanted.name ?? free("not_null"));
    return [
      {
        ...first,
        name: "not_null",
        text: `${prefix} add constraint ${name} not null ${quoted} not valid;\n`,
      },
      { ...next, name: "validate", text: `${prefix} validate constraint ${name};\n` },
    ];
  }
  const name = quoteIdent(free("present"));
  return [
    {
      ...first,
      name: "check",
      text: `${prefix} add constraint ${name} check (${quoted} is not null) not valid;\n`,
    },
    {
      ...next,
      phase: "expand",
      name: "validate",
      text: `${prefix} validate constraint ${name};\n`,
    },
    {
      ...next,
      name: "not_null",
      text: `-- The constraint proves it, so no row is read.\n${prefix} alter column ${quoted} set not null;\n${prefix} drop constraint ${name};\n`,
      allow: ["drop-constraint", "wide-lock-window"],
    },
  ];
}
