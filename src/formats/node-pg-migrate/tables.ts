/** Tables, columns, constraints and indexes, with the names that node-pg-migrate gives them. */
import { sequenceOptions, type SequenceOptions } from "./sequences.ts";
import {
  comment,
  constant,
  ident,
  idents,
  lines,
  list,
  resolveType,
  serverType,
  when,
  word,
  type Name,
  type OneOrMany,
  type Shorthands,
  type Type,
} from "./names.ts";

interface Reference {
  readonly references?: Name;
  readonly match?: string;
  readonly onDelete?: string;
  readonly onUpdate?: string;
  readonly referencesConstraintName?: string;
  readonly referencesConstraintComment?: string;
}

interface Deferral {
  readonly deferrable?: boolean;
  readonly deferred?: boolean;
}

type Generated = SequenceOptions & { readonly precedence?: string };

interface Column extends Reference, Deferral {
  readonly type: string;
  readonly array?: boolean | number;
  readonly collation?: string;
  readonly default?: unknown;
  readonly unique?: boolean;
  readonly primaryKey?: boolean;
  readonly notNull?: boolean;
  readonly check?: string;
  readonly comment?: string | null;
  readonly sequenceGenerated?: Generated;
  readonly expressionGenerated?: string;
}

export type Columns = Readonly<Record<string, Type>>;

export interface Constraints extends Deferral {
  readonly check?: OneOrMany<string>;
  readonly unique?: OneOrMany<OneOrMany<Name>>;
  readonly primaryKey?: OneOrMany<Name>;
  readonly foreignKeys?: OneOrMany<Reference & { readonly columns: OneOrMany<string> }>;
  readonly exclude?: string;
  readonly comment?: string;
}

interface Like {
  readonly table: Name;
  readonly options?: {
    readonly including?: OneOrMany<string>;
    readonly excluding?: OneOrMany<string>;
  };
}

export interface TableOptions {
  readonly temporary?: boolean;
  readonly unlogged?: boolean;
  readonly ifNotExists?: boolean;
  readonly inherits?: Name;
  readonly like?: Name | Like;
  readonly constraints?: Constraints;
  readonly comment?: string | null;
  readonly partition?: {
    readonly strategy: string;
    readonly columns: OneOrMany<
      string | { readonly name: string; readonly collate?: string; readonly opclass?: string }
    >;
  };
}

export function createTable(
  shorthands: Shorthands,
  table: Name,
  columns: Columns,
  options: TableOptions = {},
): string {
  const own = columnLines(table, columns, shorthands);
  const given = options.constraints ?? {};
  if (own.primaryKey !== undefined && given.primaryKey !== undefined) {
    throw new Error("The table and its columns both define a primary key.");
  }
  const all = { ...given, ...(own.primaryKey && { primaryKey: own.primaryKey }) };
  const constraints = constraintLines(table, all, undefined);
  const parts = [...own.lines, ...constraints.lines];
  if (options.like !== undefined) parts.push(likeClause(options.like));
  const kind = when(options.temporary, "TEMPORARY") + when(options.unlogged, "UNLOGGED");
  const inherits = options.inherits ? ` INHERITS (${ident(options.inherits)})` : "";
  const { partition } = options;
  const partitioned = partition
    ? ` PARTITION BY ${partition.strategy} (${list(partition.columns).map(partitionColumn).join(", ")})`
    : "";
  return [
    `CREATE${kind} TABLE${when(options.ifNotExists, "IF NOT EXISTS")} ${ident(table)} (\n${lines(parts)}\n)${inherits}${partitioned};`,
    ...own.comments,
    ...constraints.comments,
    ...(options.comment === undefined ? [] : [comment("TABLE", ident(table), options.comment)]),
  ].join("\n");
}

export function addColumns(
  shorthands: Shorthands,
  table: Name,
  columns: Columns,
  { ifNotExists = false }: { readonly ifNotExists?: boolean } = {},
): string {
  const own = columnLines(table, columns, shorthands);
  const add = lines(own.lines, `  ADD${when(ifNotExists, "IF NOT EXISTS")} `);
  return [`ALTER TABLE ${ident(table)}\n${add};`, ...own.comments].join("\n");
}

export interface AlterColumn {
  readonly default?: unknown;
  readonly type?: string;
  readonly collation?: string;
  readonly using?: string;
  readonly notNull?: boolean;
  readonly allowNull?: boolean;
  readonly comment?: string | null;
  readonly sequenceGenerated?: Generated | false | null;
  readonly expressionGenerated?: string | null;
}

export function alterColumn(
  shorthands: Shorthands,
  table: Name,
  column: Name,
  options: AlterColumn,
): string {
  const { type, sequenceGenerated: generated, expressionGenerated: expression } = options;
  const actions: string[] = [];
  if (options.default === null) actions.push("DROP DEFAULT");
  else if (options.default !== undefined) actions.push(`SET DEFAULT ${constant(options.default)}`);
  if (type) {
    const collate = when(options.collation, `COLLATE ${options.collation}`);
    actions.push(
      `SET DATA TYPE ${serverType(type)}${collate}${when(options.using, `USING ${options.using}`)}`,
    );
  }
  if (options.notNull) actions.push("SET NOT NULL");
  else if (options.notNull === false || options.allowNull) actions.push("DROP NOT NULL");
  if (generated) actions.push(`ADD ${identity(generated, shorthands)}`);
  else if (generated !== undefined) actions.push("DROP IDENTITY");
  if (typeof expression === "string") actions.push(`SET EXPRESSION AS (${expression})`);
  else if (expression === null) actions.push("DROP EXPRESSION");
  const alter = lines(actions, `  ALTER ${ident(column)} `);
  const name = `${ident(table)}.${ident(column)}`;
  return [
    ...(actions.length > 0 ? [`ALTER TABLE ${ident(table)}\n${alter};`] : []),
    ...(options.comment === undefined ? [] : [comment("COLUMN", name, options.comment)]),
  ].join("\n");
}

export function dropColumns(
  table: Name,
  columns: OneOrMany<string> | Readonly<Record<string, unknown>>,
  { ifExists = false, cascade = false }: DropOptions = {},
): string {
  const names =
    typeof columns === "string" || Array.isArray(columns)
      ? list(columns as OneOrMany<string>)
      : Object.keys(columns);
  const drops = names.map(
    (name) => `DROP ${ifExists ? "IF EXISTS " : ""}${ident(name)}${when(cascade, "CASCADE")}`,
  );
  return `ALTER TABLE ${ident(table)}\n${lines(drops)};`;
}

export interface DropOptions {
  readonly ifExists?: boolean;
  readonly cascade?: boolean;
}

export function addConstraint(
  table: Name,
  name: string | null | undefined,
  definition: string | Constraints,
): string {
  const { lines: added, comments } =
    typeof definition === "string"
      ? { lines: [`${name ? `CONSTRAINT ${ident(name)} ` : ""}${definition}`], comments: [] }
      : constraintLines(table, definition, name ?? undefined);
  if (added.length === 0) throw new Error("`addConstraint` says of no constraint what it is.");
  return [`ALTER TABLE ${ident(table)}\n${lines(added, "  ADD ")};`, ...comments].join("\n");
}

export function dropConstraint(
  table: Name,
  name: Name,
  options: DropOptions & { readonly ifTableExists?: boolean } = {},
): string {
  return `ALTER TABLE${when(options.ifTableExists, "IF EXISTS")} ${ident(table)} DROP CONSTRAINT${when(options.ifExists, "IF EXISTS")} ${ident(name)}${when(options.cascade, "CASCADE")};`;
}

export function alterTable(
  table: Name,
  options: { readonly levelSecurity?: string; readonly unlogged?: boolean },
): string {
  const actions: string[] = [];
  if (options.levelSecurity) actions.push(`${options.levelSecurity} ROW LEVEL SECURITY`);
  if (options.unlogged !== undefined) actions.push(`SET ${options.unlogged ? "UN" : ""}LOGGED`);
  if (actions.length === 0) throw new Error("`alterTable` says nothing to change.");
  return `ALTER TABLE ${ident(table)}\n${lines(actions)};`;
}

function columnLines(
  table: Name,
  columns: Columns,
  shorthands: Shorthands,
): { lines: string[]; comments: string[]; primaryKey?: string[] } {
  const all = Object.entries(columns).map(
    ([name, type]) => [name, resolveType(type, shorthands) as unknown as Column] as const,
  );
  const keys = all.filter(([, { primaryKey }]) => primaryKey).map(([name]) => name);
  // Several columns with a key of their own are one key of the table.
  const together = keys.length > 1;
  const comments = all.flatMap(([name, column]) =>
    column.comment === undefined
      ? []
      : [comment("COLUMN", `${ident(table)}.${ident(name)}`, column.comment)],
  );
  const written = all.map(([name, column]) => {
    const constraints: string[] = [];
    if (column.collation) constraints.push(`COLLATE ${column.collation}`);
    if (column.default !== undefined) constraints.push(`DEFAULT ${constant(column.default)}`);
    if (column.unique) constraints.push("UNIQUE");
    if (column.primaryKey && !together) constraints.push("PRIMARY KEY");
    if (column.notNull) constraints.push("NOT NULL");
    if (column.check) constraints.push(`CHECK (${column.check})`);
    if (column.references) constraints.push(columnReference(table, name, column, comments));
    if (column.deferrable) constraints.push(deferral(column));
    if (column.sequenceGenerated) constraints.push(identity(column.sequenceGenerated, shorthands));
    if (column.expressionGenerated) {
      constraints.push(`GENERATED ALWAYS AS (${column.expressionGenerated}) STORED`);
    }
    return [ident(name), columnType(column), ...constraints].join(" ");
  });
  return { lines: written, comments, ...(together && { primaryKey: keys }) };
}

function columnType({ type, array }: Column): string {
  const base = typeof type === "string" ? type : ident(type);
  if (array === true) return `${base} ARRAY`;
  return typeof array === "number" ? `${base} ARRAY[${array}]` : base;
}

function columnReference(table: Name, name: string, column: Column, comments: string[]): string {
  const text = column.referencesConstraintComment;
  const constraint =
    column.referencesConstraintName ?? (text ? `${word(table)}_fk_${name}` : undefined);
  if (text) comments.push(comment(`CONSTRAINT ${ident(constraint!)} ON`, ident(table), text));
  return `${constraint ? `CONSTRAINT ${ident(constraint)} ` : ""}${reference(column)}`;
}

function constraintLines(
  table: Name,
  options: Constraints,
  name: string | undefined,
): { lines: string[]; comments: string[] } {
  const own = word(table);
  const found: string[] = [];
  const comments: string[] = [];
  const add = (fallback: string, definition: string): void => {
    found.push(`CONSTRAINT ${ident(name || fallback)} ${definition}`);
  };
  const { check, unique, exclude } = options;
  if (Array.isArray(check)) {
    for (const [index, one] of check.entries()) add(`${own}_chck_${index + 1}`, `CHECK (${one})`);
  } else if (check) add(`${own}_chck`, `CHECK (${check as string})`);
  if (unique) {
    const sets = list(unique).some((one) => Array.isArray(one)) ? list(unique) : [list(unique)];
    for (const set of sets as readonly OneOrMany<Name>[]) {
      add(`${own}_uniq_${list(set).map(word).join("_")}`, `UNIQUE (${idents(set)})`);
    }
  }
  if (options.primaryKey) add(`${own}_pkey`, `PRIMARY KEY (${idents(options.primaryKey)})`);
  for (const key of list(options.foreignKeys)) {
    const fallback = `${own}_fk_${list(key.columns).join("_")}`;
    const named = key.referencesConstraintName || name || fallback;
    found.push(`CONSTRAINT ${ident(named)} FOREIGN KEY (${idents(key.columns)}) ${reference(key)}`);
    const text = key.referencesConstraintComment;
    if (text) comments.push(comment(`CONSTRAINT ${ident(named)} ON`, ident(table), text));
  }
  if (exclude) add(`${own}_excl`, `EXCLUDE ${exclude}`);
  if (options.comment) {
    if (!name) throw new Error("A comment needs a constraint with a name.");
    comments.push(comment(`CONSTRAINT ${ident(name)} ON`, ident(table), options.comment));
  }
  const written = options.deferrable ? found.map((one) => `${one} ${deferral(options)}`) : found;
  return { lines: written, comments };
}

function reference({ references, match, onDelete, onUpdate }: Reference): string {
  // Quoted already, or with its columns: taken as it is.
  const written =
    typeof references === "string" && (references.startsWith('"') || references.endsWith(")"));
  const target = written ? references : ident(references!);
  return `REFERENCES ${target}${when(match, `MATCH ${match}`)}${when(onDelete, `ON DELETE ${onDelete}`)}${when(onUpdate, `ON UPDATE ${onUpdate}`)}`;
}

function deferral({ deferred }: Deferral): string {
  return `DEFERRABLE INITIALLY ${deferred ? "DEFERRED" : "IMMEDIATE"}`;
}

function identity(generated: Generated, shorthands: Shorthands): string {
  const options = sequenceOptions(generated, shorthands).join(" ");
  return `GENERATED ${generated.precedence} AS IDENTITY${options ? ` (${options})` : ""}`;
}

function likeClause(like: Name | Like): string {
  if (typeof like === "string" || !("table" in like)) return `LIKE ${ident(like)}`;
  const words = (before: string, options: OneOrMany<string> | undefined): string =>
    list(options)
      .map((option) => ` ${before} ${option}`)
      .join("");
  const { including, excluding } = like.options ?? {};
  return `LIKE ${ident(like.table)}${words("INCLUDING", including)}${words("EXCLUDING", excluding)}`;
}

function partitionColumn(
  column: string | { readonly name: string; readonly collate?: string; readonly opclass?: string },
): string {
  if (typeof column === "string") return ident(column);
  const { name, collate, opclass } = column;
  return `${ident(name)}${when(collate, `COLLATE ${collate}`)}${when(opclass, `${opclass}`)}`;
}
