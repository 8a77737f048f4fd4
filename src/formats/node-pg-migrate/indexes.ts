/** Indexes, with the names that node-pg-migrate gives them. */
import type { DropOptions } from "./tables.ts";
import {
  bare,
  ident,
  idents,
  isLiteral,
  isNamed,
  list,
  when,
  word,
  type Literal,
  type Name,
  type OneOrMany,
} from "./names.ts";

type IndexColumn =
  | string
  | Literal
  | { readonly name: string; readonly opclass?: Name; readonly sort?: string };

interface IndexOptions {
  readonly name?: string;
  readonly unique?: boolean;
  readonly concurrently?: boolean;
}

export interface CreateIndexOptions extends IndexOptions {
  readonly ifNotExists?: boolean;
  readonly method?: string;
  readonly where?: string;
  readonly include?: OneOrMany<string>;
  readonly nulls?: string;
}

export function createIndex(
  table: Name,
  columns: OneOrMany<IndexColumn>,
  options: CreateIndexOptions = {},
): string {
  const { include, nulls, method, where } = options;
  if (nulls && !options.unique) throw new Error("`nulls` is for unique indexes only.");
  const keys = list(columns).map(indexKey).join(", ");
  // PostgreSQL takes no schema in front of the name of a new index: it is the table's.
  const name = indexName(table, list(columns), options);
  return `CREATE${when(options.unique, "UNIQUE")} INDEX${when(options.concurrently, "CONCURRENTLY")}${when(options.ifNotExists, "IF NOT EXISTS")} ${ident(isNamed(name) ? name.name : name)} ON ${ident(table)}${when(method, `USING ${method}`)} (${keys})${when(include, `INCLUDE (${idents(include)})`)}${nulls ? ` NULLS ${nulls.toUpperCase()}` : ""}${when(where, `WHERE ${where}`)};`;
}

export function dropIndex(
  table: Name,
  columns: OneOrMany<IndexColumn>,
  options: IndexOptions & DropOptions = {},
): string {
  const name = ident(indexName(table, list(columns), options));
  return `DROP INDEX${when(options.concurrently, "CONCURRENTLY")}${when(options.ifExists, "IF EXISTS")} ${name}${when(options.cascade, "CASCADE")};`;
}

function indexName(table: Name, columns: readonly IndexColumn[], options: IndexOptions): Name {
  const named = isNamed(table);
  const inSchema = (name: string): Name =>
    named && table.schema !== undefined ? { schema: table.schema, name } : name;
  if (options.name) return inSchema(options.name);
  const words = columns.map((column) => {
    if (isLiteral(column)) {
      throw new Error(`The index on \`${column.value}\` needs a name.`);
    }
    return bare(typeof column === "string" ? column : column.name);
  });
  const start = word(table);
  return inSchema(`${start}_${words.join("_")}${options.unique ? "_unique" : ""}_index`);
}

function indexKey(column: IndexColumn): string {
  if (isLiteral(column)) return column.value;
  if (typeof column === "string") return key(column);
  const { name, opclass, sort } = column;
  return [key(name), ...(opclass ? [ident(opclass)] : []), ...(sort ? [sort] : [])].join(" ");
}

/** A column, or an expression in parentheses. */
function key(column: string): string {
  const name = bare(column);
  if (!/[^\w".]/.test(name)) return ident(name);
  return name.endsWith(")") ? name : `(${name})`;
}
