/**
 * A catalog as lines of text that pg_catalog can be asked for as well: what stands on both sides is
 * compared, and a difference is read off at once.
 */
import {
  type Catalog,
  type Column,
  type ColumnType,
  type Constraint,
  type Index,
  keyOf,
  type Relation,
  type RelationKey,
  type Table,
  type UserType,
} from "../../src/catalog/catalog.ts";
import { isTable } from "../../src/catalog/find.ts";

export function factsOf(catalog: Catalog, version: number): string[] {
  const lines: string[] = [];
  for (const relation of catalog.relations.values()) {
    lines.push(...relationFacts(catalog, relation, version));
  }
  for (const type of catalog.types.values()) lines.push(typeFact(type));
  for (const one of [...catalog.functions.values()].flat()) {
    const args = one.argumentTypes.map(typeText).join(", ");
    const kind = one.procedure ? "procedure" : "function";
    lines.push(`${kind} ${one.schema}.${one.name}(${args}) ${one.volatility} in ${one.language}`);
  }
  return lines.toSorted();
}

function relationFacts(catalog: Catalog, relation: Relation, version: number): string[] {
  const name = `${relation.schema}.${relation.name}`;
  if (isTable(relation)) return tableFacts(catalog, name, relation, version);
  switch (relation.kind) {
    case "index":
      return [indexFact(catalog, name, relation)];
    case "sequence": {
      const owner = relation.ownedBy;
      const of = owner === undefined ? "" : ` of ${text(owner.table)}.${owner.column}`;
      return [`sequence ${name}${of}`];
    }
    case "composite-type": {
      const list = (relation.attributes ?? []).map((one) => `${one.name} ${typeText(one.type)}`);
      return [`composite ${name} (${list.join(", ")})`];
    }
    default:
      return [
        `${relation.kind} ${name} (${relation.columns.map((one) => one.name).join(", ")})`,
        ...[...relation.uses].map(([key, used]) => usesFact(name, text(key), used)),
      ];
  }
}

export function usesFact(view: string, relation: string, used: Iterable<string> | "all"): string {
  const columns = used === "all" ? "all" : [...used].toSorted().join(", ");
  return `view ${view} uses ${relation} (${columns})`;
}

function tableFacts(catalog: Catalog, name: string, table: Table, version: number): string[] {
  const words = [table.kind, name, table.persistence, `identity ${table.replicaIdentity}`];
  if (table.rowSecurity) words.push("rls");
  if (table.comment === true) words.push("comment");
  if (table.partitionKey !== undefined) {
    const { strategy, columns } = table.partitionKey;
    words.push(`by ${strategy}(${parts(columns)})`);
  }
  if (table.partitionOf !== undefined) {
    const { parent, bound } = table.partitionOf;
    words.push(`of ${text(parent)}${bound === "default" ? " default" : ""}`);
  }
  if (table.inherits.length > 0) words.push(`inherits ${table.inherits.map(text).join(", ")}`);
  const options = Object.entries(table.options).map(([key, value]) => `${key}=${value}`);
  if (options.length > 0) words.push(`with ${options.toSorted().join(", ")}`);
  return [
    words.join(" "),
    ...table.columns.map((column, at) => columnFact(name, column, at)),
    ...table.constraints
      .filter(({ kind }) => kind !== "not-null" || version >= 18)
      .map((one) => constraintFact(name, one)),
    ...table.triggers.map((one) => `trigger ${name}.${one.name} calls ${text(one.function)}`),
    ...table.policies.map((one) => `policy ${name}.${one}`),
    ...table.rules.map((one) => `rule ${name}.${one}`),
    // What points to it has to be there, both ways.
    ...[...table.partitions, ...table.children]
      .filter((key) => !catalog.relations.has(key))
      .map((key) => `missing below ${name}: ${text(key)}`),
    ...table.indexes
      .filter((key) => !catalog.relations.has(key))
      .map((key) => `missing index of ${name}: ${text(key)}`),
  ];
}

function columnFact(table: string, column: Column, at: number): string {
  const words = [`column ${table}.${column.name} #${at + 1} ${typeText(column.type)}`];
  if (column.notNull === true) words.push("not null");
  if (column.notNull === "not-valid") words.push("not null not valid");
  if (column.default !== undefined) words.push("default");
  if (column.generated !== undefined) words.push(`generated ${column.generated}`);
  if (column.identity !== undefined) words.push(`identity ${column.identity}`);
  if (column.collation !== undefined) words.push(`collate ${column.collation}`);
  if (column.inherited !== undefined) words.push(`inherited ${column.inherited}`);
  if (column.local === false) words.push("not local");
  return words.join(" ");
}

function constraintFact(table: string, constraint: Constraint): string {
  const words = [
    `constraint ${table}.${constraint.name} ${constraint.kind}`,
    // A check names its columns in the order of the expression, the server in that of the table.
    `(${(constraint.kind === "check" ? constraint.columns.toSorted() : constraint.columns).join(", ")})`,
  ];
  const { references, index } = constraint;
  if (references !== undefined) {
    words.push(`references ${text(references.table)}(${references.columns.join(", ")})`);
  }
  if (index !== undefined) words.push(`by ${text(index)}`);
  if (constraint.onDelete !== undefined) words.push(`on delete ${constraint.onDelete}`);
  if (constraint.deferrable === true) words.push("deferrable");
  if (!constraint.valid) words.push("not valid");
  if (!constraint.enforced) words.push("not enforced");
  if (constraint.noInherit === true) words.push("no inherit");
  if (constraint.inherited !== undefined) words.push(`inherited ${constraint.inherited}`);
  if (constraint.local === false) words.push("not local");
  return words.join(" ");
}

function indexFact(catalog: Catalog, name: string, index: Index): string {
  const words = [`index ${name} on ${text(index.table)} ${index.method} (${parts(index.columns)})`];
  if (index.include.length > 0) words.push(`include (${index.include.join(", ")})`);
  if (index.unique) words.push("unique");
  if (index.nullsNotDistinct) words.push("nulls not distinct");
  if (index.predicate !== undefined) words.push("partial");
  if (!index.valid) words.push("invalid");
  if (index.attachedTo !== undefined) words.push(`part of ${text(index.attachedTo)}`);
  if (index.constraint !== undefined) words.push(`for ${index.constraint}`);
  // Columns of expressions and predicate: the server keeps a dependency for each.
  const own = index.columns.filter((one) => typeof one === "string");
  const others = index.alsoUses.filter((one) => !own.includes(one) && !index.include.includes(one));
  if (others.length > 0) words.push(`also uses ${others.toSorted().join(", ")}`);
  if (!catalog.relations.has(index.table)) words.push("without its table");
  return words.join(" ");
}

function typeFact(type: UserType): string {
  const name = `${type.schema}.${type.name}`;
  if (type.kind === "enum") return `enum ${name} (${type.values.join(", ")})`;
  if (type.kind !== "domain") return `${type.kind} ${name}`;
  const words = [`domain ${name} ${typeText(type.base)}`];
  if (type.notNull) words.push("not null");
  if (type.default !== undefined) words.push("default");
  for (const { name: check, valid } of type.checks.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    words.push(`check ${check}${valid ? "" : " not valid"}`);
  }
  return words.join(" ");
}

function typeText({ schema, name, typmods, array }: ColumnType): string {
  // The server adds the scale that was left out; fields of intervals are a mask there.
  const mods = name === "interval" ? [] : typmods;
  const all = name === "numeric" && mods.length === 1 ? [mods[0], 0] : mods;
  const inside = all.length > 0 ? `(${all.join(",")})` : "";
  return `${schema === undefined ? "" : `${schema}.`}${name}${inside}${array ? "[]" : ""}`;
}

function parts(columns: readonly (string | object)[]): string {
  return columns.map((one) => (typeof one === "string" ? one : "<expression>")).join(", ");
}

function text(key: RelationKey): string {
  return key.replace("\0", ".");
}

/** The count that the server's names depend on, taken anew. */
export function constraintNamesOf(catalog: Catalog): Map<RelationKey, number> {
  const counted = new Map<RelationKey, number>();
  const count = (schema: string, name: string): void => {
    const key = keyOf(schema, name);
    counted.set(key, (counted.get(key) ?? 0) + 1);
  };
  for (const relation of catalog.relations.values()) {
    if (!isTable(relation)) continue;
    for (const { name } of relation.constraints) count(relation.schema, name);
  }
  for (const type of catalog.types.values()) {
    if (type.kind === "domain") for (const { name } of type.checks) count(type.schema, name);
  }
  return counted;
}
