/**
 * A column gives way to another one beside it, without a moment in which the table stands still:
 *
 *   expand     the new column, and a trigger that keeps the two in step
 *   backfill   the rows that were there before
 *   expand     what depends on the old one, made for the new one
 *   contract   one short transaction: the old one goes, names are as they were meant to be
 *
 * Refuses what it could not make again. What it overlooks, the proof finds.
 */
import type { Column, Index, Table } from "../../../catalog/catalog.ts";
import { columnsIn } from "../../../catalog/columns-in.ts";
import { indexesOf, referencesTo, viewsOn } from "../../../catalog/find.ts";
import { indexUses } from "../../../catalog/replay/index-shape.ts";
import { clip } from "../../../catalog/replay/names.ts";
import { quoteIdent } from "../../../postgres/identifiers.ts";
import { type PlannedFile, type RecipeContext, type Refusal, refuse } from "../../recipe.ts";
import { type TableNames, beside } from "./alter-context.ts";
import { backfill } from "./batches.ts";
import { dependentsOf, type Dependents } from "./dependents.ts";
import { notNullFiles } from "./not-null.ts";

export interface Replacement extends TableNames {
  /** `alter table app.users`. */
  readonly prefix: string;
  readonly old: Column;
  /** What the new column is called while both are there. */
  readonly fresh: string;
  /** What it is called at the end. */
  readonly final: string;
  /** Its type, with COLLATE. */
  readonly type: string;
  /** The body of the trigger, between BEGIN and RETURN. */
  readonly sync: string;
  /** What the backfill writes. */
  readonly value: string;
  readonly beforeSwap: string;
}

export function replaceColumn(
  replacement: Replacement,
  context: RecipeContext,
): readonly PlannedFile[] | Refusal {
  const { table, old, fresh } = replacement;
  const wrong = whyNot(table, old, context);
  if (wrong !== undefined) return refuse(wrong);
  const dependents = dependentsOf(replacement, context);
  if ("reason" in dependents) return dependents;
  const quoted = quoteIdent(fresh);
  const source = quoteIdent(old.name);
  const notNull = notNullFiles({ ...replacement, column: fresh }, context).map((file) => ({
    ...file,
    deployBoundaryBefore: false,
    phase: "expand" as const,
    before: "the backfill is done.",
  }));
  return [
    expand(replacement),
    backfill({
      ...replacement,
      column: fresh,
      value: replacement.value,
      // An expression may make something of a null.
      where:
        replacement.value === source
          ? `${source} is not null and ${quoted} is null`
          : `${quoted} is null`,
    }),
    ...dependents.files,
    ...(old.notNull === true ? notNull : []),
    contract(replacement, dependents),
  ];
}

function whyNot(table: Table, old: Column, { catalog }: RecipeContext): string | undefined {
  const { name } = old;
  if (table.kind !== "table") return "the table is partitioned or foreign";
  if (table.partitionOf !== undefined)
    return "the table is a partition: its columns are its parent's";
  if (table.inherits.length + table.children.length > 0)
    return "the table inherits or is inherited from";
  if (table.ofType !== undefined) return "the columns of the table are those of a type";
  if (old.generated !== undefined) return "the column is generated";
  if (old.identity !== undefined) return "the column is an identity";
  if (viewsOn(catalog, table.key, name).length > 0) return "a view uses the column";
  if (
    referencesTo(catalog, table.key).some(
      ({ constraint }) => constraint.references?.columns.includes(name) !== false,
    )
  ) {
    return "a foreign key refers to the table, perhaps to the column";
  }
  const generated = table.columns.some(
    ({ generatedFrom }) => generatedFrom !== undefined && columnsIn(generatedFrom).includes(name),
  );
  if (generated) return "a generated column is computed from it";
  const check = table.constraints.find(
    ({ kind, columns }) => (kind === "check" || kind === "exclusion") && columns.includes(name),
  );
  if (check !== undefined)
    return `the constraint \`${check.name}\` uses it, and would have to be written anew`;
  const hard = indexesOf(catalog, table).find((index) => indexUses(index, name) && !isPlain(index));
  if (hard !== undefined) return `the index \`${hard.name}\` is more than a list of columns`;
  return undefined;
}

/** Made of columns by name, so that it can be written from what the catalog knows. */
function isPlain(index: Index): boolean {
  return (
    index.columns.every((one) => typeof one === "string") &&
    index.predicate === undefined &&
    [...index.operatorClasses, ...index.collations].every((one) => one === undefined)
  );
}

function expand(replacement: Replacement): PlannedFile {
  const { prefix, relation, fresh, type, sync } = replacement;
  const { callable, trigger } = syncNames(replacement);
  return {
    phase: "expand",
    name: "add_column",
    language: "sql",
    deployBoundaryBefore: false,
    allow: ["create-trigger"],
    text: `${prefix} add column ${quoteIdent(fresh)} ${type};

create function ${callable}() returns trigger language plpgsql set search_path from current as $sync$
#variable_conflict use_column
begin
${sync}
  return new;
end
$sync$;

create trigger ${trigger} before insert or update on ${relation}
  for each row execute function ${callable}();
`,
  };
}

function contract(replacement: Replacement, { swap, beforeDrop }: Dependents): PlannedFile {
  const { prefix, relation, old, fresh, final } = replacement;
  const { callable, trigger } = syncNames(replacement);
  const rename =
    fresh === final
      ? []
      : [`${prefix} rename column ${quoteIdent(fresh)} to ${quoteIdent(final)};`];
  const lines = [
    `drop trigger ${trigger} on ${relation};`,
    `drop function ${callable}();`,
    ...beforeDrop,
    `${prefix} drop column ${quoteIdent(old.name)};`,
    ...rename,
    ...swap,
  ];
  return {
    phase: "contract",
    name: "swap",
    language: "sql",
    deployBoundaryBefore: true,
    before: replacement.beforeSwap,
    text: `${lines.join("\n")}\n`,
    allow: [
      "drop-column",
      "drop-column-silently-removes-pk",
      "drop-column-silently-removes-unique",
      "drop-column-silently-removes-fk",
      "drop-column-silently-removes-index",
      "rename-column",
      "drop-trigger",
      "drop-function",
      "rename-index",
      "rename-constraint",
    ],
  };
}

/** The trigger's name comes late in the alphabet: it sees what the table's own triggers did. */
function syncNames(replacement: Replacement): { callable: string; trigger: string } {
  const name = clip(`${replacement.table.name}_${replacement.fresh}`, 50);
  return { callable: beside(replacement, `${name}_sync`), trigger: quoteIdent(`zz_${name}_sync`) };
}
