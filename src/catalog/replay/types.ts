/** Enums, domains, ranges and base types. */
import type {
  AlterDomainStmt,
  AlterEnumStmt,
  Constraint as ConstraintNode,
  CreateDomainStmt,
  CreateEnumStmt,
  CreateRangeStmt,
  DefineStmt,
  Node,
} from "@pgsql/types";
import { stringList } from "../../sql/tree.ts";
import { keyOf, type RelationKey, type UserType } from "../catalog.ts";
import { findType, nameIn, schemaFor } from "../find.ts";
import { columnType } from "./column-type.ts";
import type { Replay } from "./context.ts";
import { freeConstraintName } from "./names.ts";
import { countName } from "./store.ts";

type Domain = Extract<UserType, { kind: "domain" }>;

interface NewType {
  readonly key: RelationKey;
  readonly schema: string;
  readonly name: string;
  readonly madeIn: number;
}

/** Undefined where a type or a relation of this name is there: a relation is a type as well. */
function newType({ catalog }: Replay, names: readonly Node[] | undefined): NewType | undefined {
  const name = nameIn(names);
  if (name === undefined) return undefined;
  const schema = schemaFor(catalog, name);
  const key = keyOf(schema, name.name);
  const existing = catalog.types.get(key);
  const isRelation = catalog.relations.has(key);
  if (existing !== undefined || isRelation) return undefined;
  return { key, schema, name: name.name, madeIn: catalog.step };
}

export function createEnum(replay: Replay, { typeName, vals }: CreateEnumStmt): void {
  const made = newType(replay, typeName);
  if (made === undefined) return;
  replay.catalog.types.set(made.key, { kind: "enum", ...made, values: stringList(vals) });
}

export function alterEnum({ catalog }: Replay, statement: AlterEnumStmt): void {
  const type = findType(catalog, nameIn(statement.typeName));
  if (type?.kind !== "enum") return;
  const { oldVal, newVal, newValNeighbor, newValIsAfter } = statement;
  if (newVal === undefined || type.values.includes(newVal)) return;
  if (oldVal !== undefined) {
    type.values = type.values.map((value) => (value === oldVal ? newVal : value));
    return;
  }
  const neighbor = newValNeighbor === undefined ? -1 : type.values.indexOf(newValNeighbor);
  if (neighbor < 0) type.values.push(newVal);
  else type.values.splice(newValIsAfter === true ? neighbor + 1 : neighbor, 0, newVal);
}

export function createRange(replay: Replay, { typeName }: CreateRangeStmt): void {
  const made = newType(replay, typeName);
  if (made !== undefined) replay.catalog.types.set(made.key, { kind: "range", ...made });
}

/** CREATE TYPE with functions for input and output; without them it is a shell, to be made later. */
export function createBase(replay: Replay, { defnames }: DefineStmt): void {
  const made = newType(replay, defnames);
  if (made !== undefined) replay.catalog.types.set(made.key, { kind: "base", ...made });
}

export function createDomain(replay: Replay, statement: CreateDomainStmt): void {
  const made = newType(replay, statement.domainname);
  if (made === undefined) return;
  const { catalog } = replay;
  const domain: Domain = {
    kind: "domain",
    ...made,
    base: columnType(catalog, statement.typeName),
    notNull: false,
    checks: [],
  };
  catalog.types.set(made.key, domain);
  for (const one of statement.constraints ?? []) {
    if (!("Constraint" in one)) continue;
    const node = one.Constraint;
    if (node.contype === "CONSTR_DEFAULT" && node.raw_expr !== undefined) {
      domain.default = node.raw_expr;
    } else addToDomain(replay, domain, { ...node, skip_validation: false });
  }
}

function addToDomain({ catalog }: Replay, domain: Domain, node: ConstraintNode): void {
  if (node.contype === "CONSTR_NOTNULL") domain.notNull = true;
  if (node.contype !== "CONSTR_CHECK" || node.raw_expr === undefined) return;
  const { schema } = domain;
  const name =
    node.conname ?? freeConstraintName(catalog, schema, [domain.name, undefined, "check"]);
  if (domain.checks.some((one) => one.name === name)) return;
  domain.checks.push({ name, expression: node.raw_expr, valid: node.skip_validation !== true });
  countName(catalog, schema, name, 1);
}

export function alterDomain(replay: Replay, statement: AlterDomainStmt): void {
  const { catalog } = replay;
  const domain = findType(catalog, nameIn(statement.typeName));
  if (domain?.kind !== "domain") return;
  const { subtype, name, def } = statement;
  const check = domain.checks.find((one) => one.name === name);
  // The letters are those of AlterDomainStmt in parsenodes.h.
  if (subtype === "T") {
    if (def === undefined) delete domain.default;
    else domain.default = def;
  } else if (subtype === "N") domain.notNull = false;
  else if (subtype === "O") domain.notNull = true;
  else if (subtype === "C" && def !== undefined && "Constraint" in def) {
    addToDomain(replay, domain, def.Constraint);
  } else if (subtype === "V" && check !== undefined) check.valid = true;
  else if (subtype === "X" && check !== undefined) {
    domain.checks = domain.checks.filter((one) => one !== check);
    countName(catalog, domain.schema, check.name, -1);
  }
}
