/** Names, values and types as migrations of node-pg-migrate write them, and what SQL they become. */

/** `pgm.func("now()")`: goes into the SQL as it is. */
export interface Literal {
  readonly literal: true;
  readonly value: string;
  toString(): string;
}

export type Name = string | Literal | { readonly schema?: string; readonly name: string };

export type Value = null | boolean | string | number | Literal | readonly Value[];

export type OneOrMany<T> = T | readonly T[];

/** What a column is, in words of the tool; the fields that are read are in tables.ts. */
export type Type = string | ({ readonly type: string } & Readonly<Record<string, unknown>>);

export type Shorthands = Readonly<Record<string, Type>>;

/** The tool's own names for types of the server. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ["int", "integer"],
  ["string", "text"],
  ["float", "real"],
  ["double", "double precision"],
  ["datetime", "timestamp"],
  ["bool", "boolean"],
]);

const BUILT_IN: Shorthands = { id: { type: "serial", primaryKey: true } };

export function createLiteral(value: string): Literal {
  return { literal: true, value, toString: () => value };
}

export function isLiteral(value: unknown): value is Literal {
  return (
    typeof value === "object" && value !== null && "literal" in value && value.literal === true
  );
}

export function isNamed(
  value: unknown,
): value is { readonly schema?: string; readonly name: string } {
  return typeof value === "object" && value !== null && "name" in value;
}

/** An identifier, quoted. */
export function ident(name: Name): string {
  return write(name, (part) => `"${part.replaceAll('"', '""')}"`);
}

/**
 * A name without quotes. What looks like an expression is put into parentheses, which then are part
 * of the name that an index on it gets.
 */
export function bare(name: Name): string {
  if (typeof name === "string" && looksLikeExpression(name)) return `(${name})`;
  return write(name, (part) => part);
}

/** The name alone, as it goes into the names of constraints and indexes. */
export function word(name: Name): string {
  if (isLiteral(name)) return name.value;
  return isNamed(name) ? name.name : name;
}

function write(name: Name, part: (text: string) => string): string {
  if (isLiteral(name)) return name.value;
  if (!isNamed(name)) return part(name);
  return (name.schema ? `${part(name.schema)}.` : "") + part(name.name);
}

function looksLikeExpression(text: string): boolean {
  return (
    /->|#>|@\?|@@|@>|<@|\?\||\?&|\?|#-|\|\||::/.test(text) ||
    /^[\w.]+\(/.test(text) ||
    /\s[-+*/]\s/.test(text) ||
    (/[=<>!]/.test(text) && /[a-zA-Z0-9]/.test(text))
  );
}

export function list<T>(one: OneOrMany<T> | undefined): readonly T[] {
  if (one === undefined) return [];
  return Array.isArray(one) ? (one as readonly T[]) : [one as T];
}

export function idents(names: OneOrMany<Name> | undefined): string {
  return list(names).map(ident).join(", ");
}

/** A value as a constant of SQL. */
export function constant(value: unknown): string {
  if (Array.isArray(value)) return `ARRAY${elements(value)}`;
  if (value === null) return "NULL";
  if (isLiteral(value)) return value.value;
  if (typeof value === "string") return dollarQuoted(value);
  return typeof value === "boolean" || typeof value === "number" ? String(value) : "";
}

function elements(values: readonly unknown[]): string {
  return `[${values.map((value) => (Array.isArray(value) ? elements(value) : constant(value))).join(",")}]`;
}

function dollarQuoted(text: string): string {
  for (let number = 0; ; number++) {
    const tag = `$pg${number === 0 ? "" : number}$`;
    // With the dollar that follows it, so that the text cannot end in the beginning of its tag.
    if (!`${text}$`.includes(tag)) return `${tag}${text}${tag}`;
  }
}

/** A column's definition with its shorthands resolved; the nearer one wins over what it stands for. */
export function resolveType(
  type: Type,
  shorthands: Shorthands,
): { type: string } & Record<string, unknown> {
  const known = { ...BUILT_IN, ...shorthands };
  const own = typeof type === "string" ? { type } : type;
  const names = [own.type];
  let inherited: Record<string, unknown> = {};
  let name = own.type;
  for (let next = known[name]; next !== undefined; next = known[name]) {
    const definition = typeof next === "string" ? { type: next } : next;
    inherited = { ...definition, ...inherited };
    name = definition.type;
    if (names.includes(name)) {
      throw new Error(`The shorthands ${[...names, name].join(", ")} lead back to one of them.`);
    }
    names.push(name);
  }
  return { ...inherited, ...own, type: serverType(name) };
}

export function serverType(type: string): string {
  return SYNONYMS.get(type) ?? type;
}

/** Lines of a definition: each on one line, whatever line breaks the author wrote. */
export function lines(parts: readonly string[], before = "  "): string {
  return parts.map((part) => before + part.replaceAll(/[\r\n]+/g, " ")).join(",\n");
}

export function comment(kind: string, name: string, text: unknown): string {
  return `COMMENT ON ${kind} ${name} IS ${constant(text)};`;
}

/** ` WORDS` when it holds. */
export function when(condition: unknown, words: string): string {
  return condition ? ` ${words}` : "";
}
