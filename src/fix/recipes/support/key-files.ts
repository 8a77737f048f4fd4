/** UNIQUE and PRIMARY KEY: a unique index built while others write, then taken over. */
import type { Catalog } from "../../../catalog/catalog.ts";
import { freeRelationName, joinedColumns } from "../../../catalog/replay/names.ts";
import { quoteIdent } from "../../../postgres/identifiers.ts";
import type { PlannedFile } from "../../recipe.ts";

export interface KeyWanted {
  readonly prefix: string;
  readonly relation: string;
  readonly kind: "unique" | "primary key";
  readonly name: string;
  readonly columns: readonly string[];
  readonly include?: readonly string[];
  readonly nullsNotDistinct?: boolean;
  /** ` deferrable initially deferred`, or empty. */
  readonly attributes?: string;
}

export function keyFiles(wanted: KeyWanted): PlannedFile[] {
  const { prefix, kind, attributes = "" } = wanted;
  const name = quoteIdent(wanted.name);
  const base = { language: "sql", deployBoundaryBefore: false } as const;
  return [
    {
      ...base,
      phase: "expand",
      name: "index",
      text: `${uniqueIndex(wanted)};\n`,
      before: "no two rows are equal in these columns; one that is makes the index fail.",
    },
    {
      ...base,
      phase: "contract",
      name: kind === "unique" ? "unique" : "primary_key",
      text: `${prefix} add constraint ${name} ${kind} using index ${name}${attributes};\n`,
    },
  ];
}

function uniqueIndex({
  name,
  relation,
  columns,
  include = [],
  nullsNotDistinct,
}: KeyWanted): string {
  const list = (names: readonly string[]): string => names.map(quoteIdent).join(", ");
  const also = include.length > 0 ? ` include (${list(include)})` : "";
  const nulls = nullsNotDistinct === true ? " nulls not distinct" : "";
  return `create unique index concurrently ${quoteIdent(name)} on ${relation} (${list(columns)})${also}${nulls}`;
}

/** As the server names it; without columns: a primary key. */
export function keyName(
  { schema, name }: { readonly schema: string; readonly name: string },
  columns: readonly string[] | undefined,
  catalog: Catalog,
): string {
  return columns === undefined
    ? freeRelationName(catalog, schema, [name, undefined, "pkey"], true)
    : freeRelationName(catalog, schema, [name, joinedColumns(columns), "key"], true);
}
