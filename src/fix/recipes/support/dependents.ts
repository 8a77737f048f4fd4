/** What hangs on a column that is replaced: made for the new one first, named as before at the end. */
import type { Column, Constraint, Index } from "../../../catalog/catalog.ts";
import { indexesOf, tableAt } from "../../../catalog/find.ts";
import { indexUses } from "../../../catalog/replay/index-shape.ts";
import { objectName } from "../../../catalog/replay/names.ts";
import { qualified, quoteIdent } from "../../../postgres/identifiers.ts";
import {
  isRefusal,
  type PlannedFile,
  type RecipeContext,
  type Refusal,
  refuse,
} from "../../recipe.ts";
import { beside, type TableNames } from "./alter-context.ts";
import { expressionText } from "./expression-text.ts";

export interface Dependents {
  /** Before the swap. */
  readonly files: readonly PlannedFile[];
  /** In the swap, while the old column is there. */
  readonly beforeDrop: readonly string[];
  /** In the swap, when the new column has its name. */
  readonly swap: readonly string[];
}

interface Replaced extends TableNames {
  readonly prefix: string;
  readonly old: Column;
  readonly fresh: string;
  readonly final: string;
}

export function dependentsOf(replaced: Replaced, context: RecipeContext): Dependents | Refusal {
  const { table, old } = replaced;
  const fallback = defaultOf(replaced, context);
  if ("reason" in fallback) return fallback;
  const indexes = indexesOf(context.catalog, table).filter((one) => indexUses(one, old.name));
  const foreign = table.constraints.filter(
    ({ kind, columns }) => kind === "foreign-key" && columns.includes(old.name),
  );
  const keys = foreign.map((one) => foreignKey(one, replaced, context));
  const wrong = keys.find(isRefusal);
  if (wrong !== undefined) return wrong;
  const built = keys.filter((one): one is ForeignKey => !isRefusal(one));
  const concurrent = indexes.map((index) => buildIndex(index, replaced));
  const base = { phase: "expand", language: "sql", deployBoundaryBefore: false } as const;
  return {
    files: [
      ...(concurrent.length > 0
        ? [{ ...base, name: "indexes", text: concurrent.join(""), before: "the backfill is done." }]
        : []),
      ...(built.length > 0
        ? [
            { ...base, name: "foreign_keys", text: built.map(({ add }) => add).join("") },
            { ...base, name: "validate", text: built.map(({ validate }) => validate).join("") },
            {
              ...base,
              // By itself, because it locks the other table, too; the new one stands for it already.
              name: "old_foreign_keys",
              text: built.map(({ drop }) => drop).join(""),
              allow: ["drop-constraint", "drop-fk-locks-both"],
            },
          ]
        : []),
    ],
    beforeDrop: fallback.beforeDrop,
    swap: [
      ...fallback.swap,
      ...indexes.map((index) => takeOver(index, replaced)),
      ...built.map(({ rename }) => rename),
    ],
  };
}

function temporary(name: string): string {
  return objectName(name, undefined, "new");
}

function buildIndex(index: Index, { relation, old, fresh }: Replaced): string {
  const named = (one: string): string => quoteIdent(one === old.name ? fresh : one);
  const columns = index.columns
    .map((one) => (typeof one === "string" ? named(one) : ""))
    .join(", ");
  const include =
    index.include.length > 0 ? ` include (${index.include.map(named).join(", ")})` : "";
  const nulls = index.nullsNotDistinct ? " nulls not distinct" : "";
  const unique = index.unique ? "unique " : "";
  return `create ${unique}index concurrently ${quoteIdent(temporary(index.name))} on ${relation} using ${index.method} (${columns})${include}${nulls};\n`;
}

function takeOver(index: Index, replaced: Replaced): string {
  const { table, prefix } = replaced;
  const name = quoteIdent(index.name);
  const fresh = temporary(index.name);
  const constraint = table.constraints.find((one) => one.index === index.key);
  if (constraint === undefined) {
    return `alter index ${beside(replaced, fresh)} rename to ${name};`;
  }
  const kind = constraint.kind === "primary-key" ? "primary key" : "unique";
  const deferrable = constraint.deferrable === true ? " deferrable" : "";
  return `${prefix} add constraint ${name} ${kind} using index ${quoteIdent(fresh)}${deferrable};`;
}

interface ForeignKey {
  readonly add: string;
  readonly validate: string;
  readonly drop: string;
  readonly rename: string;
}

const ACTIONS: Readonly<Record<string, string>> = {
  a: "",
  r: " on delete restrict",
  c: " on delete cascade",
  n: " on delete set null",
  d: " on delete set default",
};

function foreignKey(
  { name, columns, references, onDelete, deferrable }: Constraint,
  { prefix, old, fresh }: Replaced,
  { catalog }: RecipeContext,
): ForeignKey | Refusal {
  const target = tableAt(catalog, references?.table);
  if (target === undefined || references === undefined) {
    return refuse(`the history does not show what \`${name}\` refers to`);
  }
  const made = quoteIdent(temporary(name));
  const own = columns.map((one) => quoteIdent(one === old.name ? fresh : one)).join(", ");
  const theirs = references.columns.map(quoteIdent).join(", ");
  const action = ACTIONS[onDelete ?? "a"] ?? ` on delete ${onDelete}`;
  const later = deferrable === true ? " deferrable" : "";
  return {
    add: `${prefix} add constraint ${made} foreign key (${own}) references ${qualified(target.schema, target.name)} (${theirs})${action}${later} not valid;\n`,
    validate: `${prefix} validate constraint ${made};\n`,
    drop: `${prefix} drop constraint ${quoteIdent(name)};\n`,
    rename: `${prefix} rename constraint ${made} to ${quoteIdent(name)};`,
  };
}

function defaultOf(
  { prefix, table, old, final }: Replaced,
  { catalog }: RecipeContext,
): Pick<Dependents, "beforeDrop" | "swap"> | Refusal {
  const target = quoteIdent(final);
  const sequence = [...catalog.relations.values()].find(
    (one) =>
      one.kind === "sequence" &&
      one.ownedBy?.table === table.key &&
      one.ownedBy.column === old.name,
  );
  const owned = sequence && qualified(sequence.schema, sequence.name);
  const owner = `${qualified(table.schema, table.name)}.${target}`;
  const beforeDrop = owned === undefined ? [] : [`alter sequence ${owned} owned by none;`];
  const owns = owned === undefined ? [] : [`alter sequence ${owned} owned by ${owner};`];
  const set = (value: string): string => `${prefix} alter column ${target} set default ${value};`;
  if (old.serial === true) {
    if (owned === undefined) return refuse("the sequence of the column is not in the history");
    return { beforeDrop, swap: [set(`nextval('${owned.replaceAll("'", "''")}')`), ...owns] };
  }
  if (old.default === undefined) return { beforeDrop, swap: owns };
  const text = expressionText(old.default);
  if (text === undefined)
    return refuse("its default is an expression that would have to be written anew");
  return { beforeDrop, swap: [set(text), ...owns] };
}
