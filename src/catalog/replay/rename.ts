/** RENAME and SET SCHEMA of everything that the catalog has. */
import type { AlterObjectSchemaStmt, Node, RenameStmt } from "@pgsql/types";

import { type Catalog, keyOf, type Relation, type Table, type UserType } from "../catalog.ts";
import {
  constraintOf,
  findFunctions,
  findRelation,
  findTable,
  findType,
  indexAt,
  isTable,
  nameIn,
  nameOf,
  sequencesOf,
  tableAt,
} from "../find.ts";
import type { Replay } from "./context.ts";
import { isTheOverload } from "./overloads.ts";
import { renameColumn } from "./rename-column.ts";
import { sameIn } from "./constraints.ts";
import { countName, moveRelation, renameConstraint } from "./store.ts";

export function applyRename(replay: Replay, statement: RenameStmt): void {
  const { catalog } = replay;
  const { renameType, object, subname: from, newname: to } = statement;
  if (to === undefined) return;
  switch (renameType) {
    case "OBJECT_TABLE":
    case "OBJECT_FOREIGN_TABLE":
    case "OBJECT_VIEW":
    case "OBJECT_MATVIEW":
    case "OBJECT_INDEX":
    case "OBJECT_SEQUENCE": {
      const relation = findRelation(catalog, nameOf(statement.relation));
      if (relation !== undefined) renameRelation(catalog, relation, to);
      return;
    }
    case "OBJECT_COLUMN":
    case "OBJECT_ATTRIBUTE": {
      const relation = findRelation(catalog, nameOf(statement.relation));
      if (relation !== undefined && from !== undefined) renameColumn(replay, relation, from, to);
      return;
    }
    case "OBJECT_TABCONSTRAINT": {
      const table = findTable(catalog, nameOf(statement.relation));
      if (table !== undefined && from !== undefined) renameInTables(replay, table, from, to);
      return;
    }
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
      return moveType(catalog, object, { name: to });
    case "OBJECT_DOMCONSTRAINT":
      return renameCheck(catalog, object, from, to);
    case "OBJECT_SCHEMA":
      if (from !== undefined) renameSchema(catalog, from, to);
      return;
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
    case "OBJECT_AGGREGATE":
      return moveFunction(catalog, object, { name: to });
    default: {
      const table = findTable(catalog, nameOf(statement.relation));
      if (table !== undefined && from !== undefined) renamePart(table, renameType, from, to);
    }
  }
}

function renameRelation(catalog: Catalog, relation: Relation, name: string): void {
  const before = { schema: relation.schema, name: relation.name };
  moveRelation(catalog, relation, { name });
  if (relation.name === name) retype(catalog, before, relation);
  // An index and the constraint that it backs have one name.
  if (relation.kind !== "index" || relation.constraint === undefined) return;
  const table = tableAt(catalog, relation.table);
  const constraint = table?.constraints.find((one) => one.index === relation.key);
  if (table === undefined || constraint === undefined) return;
  relation.constraint = relation.name;
  renameConstraint(catalog, table, constraint, relation.name);
}

function renameInTables(replay: Replay, table: Table, from: string, to: string): void {
  const { catalog } = replay;
  const constraint = constraintOf(table, from);
  if (constraint === undefined || constraintOf(table, to) !== undefined) return;
  const index = indexAt(catalog, constraint.index);
  if (index !== undefined) return renameRelation(catalog, index, to);
  const inheriting = constraint.kind === "check" || constraint.kind === "not-null";
  const below = inheriting ? [...table.partitions, ...table.children] : [];
  for (const key of below) {
    const child = tableAt(catalog, key);
    const inherited = child && sameIn(child, constraint);
    if (child !== undefined && inherited !== undefined) {
      renameInTables(replay, child, inherited.name, to);
    }
  }
  renameConstraint(catalog, table, constraint, to);
}

function renamePart(table: Table, type: RenameStmt["renameType"], from: string, to: string): void {
  const renamed = (name: string): string => (name === from ? to : name);
  if (type === "OBJECT_TRIGGER") {
    for (const trigger of table.triggers) trigger.name = renamed(trigger.name);
  } else if (type === "OBJECT_POLICY") table.policies = table.policies.map(renamed);
  else if (type === "OBJECT_RULE") table.rules = table.rules.map(renamed);
}

export function applySetSchema(replay: Replay, statement: AlterObjectSchemaStmt): void {
  const { catalog } = replay;
  const { objectType, object, newschema: schema } = statement;
  if (schema === undefined) return;
  switch (objectType) {
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
      return moveType(catalog, object, { schema });
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
    case "OBJECT_AGGREGATE":
      return moveFunction(catalog, object, { schema });
    default: {
      const relation = findRelation(catalog, nameOf(statement.relation));
      if (relation !== undefined) moveWithParts(catalog, relation, schema);
    }
  }
}

/** Indexes and the sequences of its columns live beside their table. */
function moveWithParts(catalog: Catalog, relation: Relation, schema: string): void {
  const before = { schema: relation.schema, name: relation.name };
  moveRelation(catalog, relation, { schema });
  if (relation.schema !== schema) return;
  retype(catalog, before, relation);
  if ("indexes" in relation) {
    for (const key of relation.indexes) {
      const index = indexAt(catalog, key);
      if (index !== undefined) moveRelation(catalog, index, { schema });
    }
  }
  if (!isTable(relation)) return;
  for (const one of sequencesOf(catalog, relation)) moveRelation(catalog, one, { schema });
}

function renameSchema(catalog: Catalog, from: string, to: string): void {
  if (!catalog.schemas.delete(from)) return;
  catalog.schemas.add(to);
  for (const relation of catalog.relations.values()) {
    if (relation.schema !== from) continue;
    const { name } = relation;
    moveRelation(catalog, relation, { schema: to });
    retype(catalog, { schema: from, name }, relation);
  }
  for (const type of catalog.types.values()) {
    if (type.schema === from) moveOneType(catalog, type, { schema: to });
  }
  for (const definitions of catalog.functions.values()) {
    for (const one of definitions)
      if (one.schema === from) moveOverload(catalog, one, { schema: to });
  }
}

interface Target {
  readonly schema?: string;
  readonly name?: string;
}

function moveType(catalog: Catalog, object: Node | undefined, to: Target): void {
  const name = nameIn(object !== undefined && "List" in object ? object.List.items : undefined);
  const type = findType(catalog, name);
  if (type !== undefined) return moveOneType(catalog, type, to);
  const composite = findRelation(catalog, name);
  if (composite?.kind !== "composite-type") return;
  const before = { schema: composite.schema, name: composite.name };
  moveRelation(catalog, composite, to);
  retype(catalog, before, composite);
}

function moveOneType(catalog: Catalog, type: UserType, to: Target): void {
  const before = { schema: type.schema, name: type.name };
  const { schema = type.schema, name = type.name } = to;
  const key = keyOf(schema, name);
  if (catalog.types.has(key)) return;
  if (type.kind === "domain") {
    for (const check of type.checks) {
      countName(catalog, type.schema, check.name, -1);
      countName(catalog, schema, check.name, 1);
    }
  }
  catalog.types.delete(type.key);
  Object.assign(type, { key, schema, name });
  catalog.types.set(key, type);
  retype(catalog, before, type);
}

/** Everything of the type follows its name. */
function retype(
  catalog: Catalog,
  before: { readonly schema: string; readonly name: string },
  { schema, name }: { readonly schema: string; readonly name: string },
): void {
  const isIt = (type: { schema?: string; name: string }): boolean =>
    type.schema === before.schema && type.name === before.name;
  const renew = (type: { schema?: string; name: string }): void => {
    if (isIt(type)) Object.assign(type, { schema, name });
  };
  for (const relation of catalog.relations.values()) {
    if ("columns" in relation && relation.kind !== "index") {
      for (const column of relation.columns) renew(column.type);
    } else if ("attributes" in relation) {
      for (const { type } of relation.attributes ?? []) renew(type);
    }
  }
  for (const type of catalog.types.values()) if (type.kind === "domain") renew(type.base);
  for (const definitions of catalog.functions.values()) {
    for (const { returns, argumentTypes } of definitions) {
      if (returns !== undefined) renew(returns);
      argumentTypes.forEach(renew);
    }
  }
}

function renameCheck(
  catalog: Catalog,
  object: Node | undefined,
  from: string | undefined,
  to: string,
): void {
  const names = object !== undefined && "List" in object ? object.List.items : undefined;
  const domain = findType(catalog, nameIn(names));
  if (domain?.kind !== "domain") return;
  const check = domain.checks.find((one) => one.name === from);
  if (check === undefined) return;
  countName(catalog, domain.schema, check.name, -1);
  check.name = to;
  countName(catalog, domain.schema, to, 1);
}

function moveFunction(catalog: Catalog, object: Node | undefined, to: Target): void {
  if (object === undefined || !("ObjectWithArgs" in object)) return;
  const named = object.ObjectWithArgs;
  const found = findFunctions(catalog, nameIn(named.objname)).find((one) =>
    isTheOverload(catalog, one, named),
  );
  if (found !== undefined) moveOverload(catalog, found, to);
}

function moveOverload(
  catalog: Catalog,
  definition: { schema: string; name: string },
  to: Target,
): void {
  const before = keyOf(definition.schema, definition.name);
  const moved = catalog.functions.get(before)?.find((one) => one === definition);
  if (moved === undefined) return;
  const left = catalog.functions.get(before)!.filter((one) => one !== moved);
  Object.assign(moved, to);
  const key = keyOf(moved.schema, moved.name);
  if (left.length > 0) catalog.functions.set(before, left);
  else catalog.functions.delete(before);
  catalog.functions.set(key, [...(catalog.functions.get(key) ?? []), moved]);
  for (const relation of catalog.relations.values()) {
    if (!isTable(relation)) continue;
    for (const trigger of relation.triggers)
      if (trigger.function === before) trigger.function = key;
  }
}
