/**
 * ADD COLUMN with what makes it slow: a volatile default, a CHECK, a foreign key, UNIQUE. The column
 * comes alone, which is a matter of the catalog only; everything else follows in files of its own.
 */
import type { ColumnDef, Constraint } from "@pgsql/types";
import { serialType } from "../../catalog/replay/column-type.ts";
import { freeConstraintName } from "../../catalog/replay/names.ts";
import { quoteIdent } from "../../postgres/identifiers.ts";
import {
  isRefusal,
  type Plan,
  type PlannedFile,
  type RecipeContext,
  type Refusal,
  refuse,
} from "../recipe.ts";
import { type AlterContext, alterContext } from "./support/alter-context.ts";
import { backfill } from "./support/batches.ts";
import {
  type ColumnConstraint,
  columnConstraints,
  withoutName,
} from "./support/constraint-text.ts";
import { keyFiles, keyName } from "./support/key-files.ts";
import { notNullFiles } from "./support/not-null.ts";
import { columnsIn } from "../../catalog/columns-in.ts";

export function addColumn(context: RecipeContext): Plan | Refusal {
  const alter = alterContext(context);
  if (isRefusal(alter)) return alter;
  const { cmd, command, table } = alter;
  const definition =
    cmd.def !== undefined && "ColumnDef" in cmd.def ? cmd.def.ColumnDef : undefined;
  const column = definition?.colname;
  if (definition === undefined || column === undefined) return refuse("it adds no column");
  const constraints = (definition.constraints ?? []).flatMap((one) =>
    "Constraint" in one ? [one.Constraint] : [],
  );
  const parts = columnConstraints(constraints, command, context);
  const wrong = whyNot(definition, parts, alter, context);
  if (wrong !== undefined) return refuse(wrong);
  return planFor({ alter, column, parts: parts!, table }, context);
}

function whyNot(
  definition: ColumnDef,
  parts: readonly ColumnConstraint[] | undefined,
  { table }: AlterContext,
  { recipes }: RecipeContext,
): string | undefined {
  if (parts === undefined) return "its constraints cannot be told apart";
  if (definition.typeName !== undefined && serialType(definition.typeName) !== undefined) {
    return "a `serial` column counts all rows at once; write the sequence, its default and the backfill by hand";
  }
  if (definition.collClause !== undefined && parts.length > 0) {
    return "COLLATE may stand among its constraints";
  }
  const kinds = new Set(parts.map(({ constraint }) => constraint.contype));
  if (kinds.has("CONSTR_PRIMARY")) return "a new column cannot be the key of rows that are there";
  if (kinds.has("CONSTR_IDENTITY") || kinds.has("CONSTR_GENERATED")) {
    return "the values of a generated column are computed for all rows at once";
  }
  if (kinds.has("CONSTR_UNIQUE") && table.kind !== "table") {
    return "an index of a partitioned table cannot be built CONCURRENTLY";
  }
  if (recipes.has("volatile-default") && !kinds.has("CONSTR_DEFAULT")) {
    return "the default is not in the statement: the type brings it";
  }
  return undefined;
}

interface Wanted {
  readonly alter: AlterContext;
  readonly column: string;
  readonly parts: readonly ColumnConstraint[];
  readonly table: AlterContext["table"];
}

function planFor({ alter, column, parts, table }: Wanted, context: RecipeContext): Plan {
  const { prefix, relation, shown, command } = alter;
  const { bytes, recipes } = context;
  const ofKind = (...kinds: Constraint["contype"][]): ColumnConstraint[] =>
    parts.filter(({ constraint }) => kinds.includes(constraint.contype));
  const isVolatile = recipes.has("volatile-default");
  const [fallback] = ofKind("CONSTR_DEFAULT");
  const [required] = ofKind("CONSTR_NOTNULL");
  const later = new Set([
    ...ofKind("CONSTR_CHECK", "CONSTR_FOREIGN", "CONSTR_UNIQUE"),
    ...(isVolatile ? ofKind("CONSTR_DEFAULT", "CONSTR_NOTNULL") : []),
  ]);
  const head = bytes
    .toString("utf8", command.start, parts[0]?.range.start ?? command.end)
    .trimEnd();
  const kept = parts.filter((part) => !later.has(part)).map(({ range }) => range.text);
  const expand = [`${prefix} ${[head, ...kept].join(" ")};\n`];
  const quoted = quoteIdent(column);
  if (isVolatile && fallback !== undefined) {
    const value = withoutName(bytes, fallback.range);
    expand.push(`-- Only for rows to come.\n${prefix} alter column ${quoted} set ${value};\n`);
  }
  const validated = ofKind("CONSTR_CHECK", "CONSTR_FOREIGN").map((part) => ({
    isForeign: part.constraint.contype === "CONSTR_FOREIGN",
    name: part.constraint.conname ?? madeUp(part.constraint, column, table, context),
    definition: `${part.constraint.contype === "CONSTR_FOREIGN" ? `foreign key (${quoted}) ` : ""}${withoutName(bytes, part.range)}`,
  }));
  const added = ({ name, definition }: { readonly name: string; readonly definition: string }) =>
    `${prefix} add constraint ${quoteIdent(name)} ${definition} not valid;\n`;
  const foreign = validated.filter(({ isForeign }) => isForeign).map(added);
  expand.push(...validated.filter(({ isForeign }) => !isForeign).map(added));
  const base = { language: "sql", deployBoundaryBefore: false } as const;
  const files: PlannedFile[] = [
    { ...base, phase: "expand", name: "add_column", text: expand.join("") },
  ];
  // In files of their own, because each locks a second table.
  files.push(
    ...foreign.map((text) => ({ ...base, phase: "expand" as const, name: "foreign_key", text })),
  );
  if (isVolatile) {
    files.push(backfill({ ...alter, column, value: "default", where: `${quoted} is null` }));
    if (required !== undefined) {
      const name = required.constraint.conname;
      const [first, ...rest] = notNullFiles({ ...alter, column, name }, context);
      // The default is what writes the column, in every version of the application.
      const before = "the backfill is done.";
      files.push({ ...first!, deployBoundaryBefore: false, before }, ...rest);
    }
  }
  if (validated.length > 0) {
    const text = validated.map(
      ({ name }) => `${prefix} validate constraint ${quoteIdent(name)};\n`,
    );
    files.push({ ...base, phase: "contract", name: "validate", text: text.join("") });
  }
  for (const { constraint } of ofKind("CONSTR_UNIQUE")) {
    const name = constraint.conname ?? keyName(table, [column], context.catalog);
    const nullsNotDistinct = constraint.nulls_not_distinct === true;
    files.push(
      ...keyFiles({ prefix, relation, kind: "unique", name, columns: [column], nullsNotDistinct }),
    );
  }
  return {
    of: `the column ${shown}.${column}`,
    files,
    ...(isVolatile && { random: [column] }),
  };
}

function madeUp(
  { contype, raw_expr }: Constraint,
  column: string,
  table: AlterContext["table"],
  { catalog }: RecipeContext,
): string {
  if (contype === "CONSTR_FOREIGN") {
    return freeConstraintName(catalog, table.schema, [table.name, column, "fkey"]);
  }
  const [one, ...more] = columnsIn(raw_expr);
  const single = more.length === 0 ? one : undefined;
  return freeConstraintName(catalog, table.schema, [table.name, single, "check"]);
}
