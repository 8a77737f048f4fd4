/** DROP of every kind, with what goes along. */
import type { DropStmt, Node, ObjectType } from "@pgsql/types";
import { stringList, stringOf } from "../../sql/tree.ts";
import { keyOf, type Relation } from "../catalog.ts";
import { findRelation, findTable, nameIn, type Name } from "../find.ts";
import type { Replay } from "./context.ts";
import { dropFunction } from "./drop-function.ts";
import { addGap } from "./gaps.ts";
import { dropRelation } from "./drop-relation.ts";
import { dropType } from "./drop-type.ts";
import { without } from "./store.ts";
import { dropTrigger } from "./table-objects.ts";

const RELATIONS: ReadonlySet<ObjectType | undefined> = new Set([
  "OBJECT_TABLE",
  "OBJECT_FOREIGN_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_INDEX",
  "OBJECT_SEQUENCE",
]);

const FUNCTIONS: ReadonlySet<ObjectType | undefined> = new Set([
  "OBJECT_FUNCTION",
  "OBJECT_PROCEDURE",
  "OBJECT_ROUTINE",
  "OBJECT_AGGREGATE",
]);

export function applyDrop(replay: Replay, statement: DropStmt): void {
  const { removeType } = statement;
  const cascade = statement.behavior === "DROP_CASCADE";
  for (const object of statement.objects ?? []) {
    if (RELATIONS.has(removeType)) {
      const relation = findRelation(replay.catalog, nameIn(listIn(object)));
      if (relation !== undefined && isOfKind(relation, removeType)) {
        dropRelation(replay, relation, cascade);
      }
    } else if (FUNCTIONS.has(removeType)) {
      if ("ObjectWithArgs" in object) {
        dropFunction(replay, object.ObjectWithArgs, cascade);
      }
    } else if (removeType === "OBJECT_TYPE" || removeType === "OBJECT_DOMAIN") {
      if ("TypeName" in object) dropType(replay, nameIn(object.TypeName.names), cascade);
    } else if (removeType === "OBJECT_SCHEMA") {
      dropSchema(replay, stringOf(object) ?? "", cascade);
    } else if (removeType === "OBJECT_EXTENSION") {
      replay.catalog.extensions.delete(stringOf(object) ?? "");
      // Which columns were of its types is not known.
      if (cascade) addGap(replay, "extension");
    } else dropFromTable(replay, object, removeType);
  }
}

function isOfKind(relation: Relation, type: ObjectType | undefined): boolean {
  switch (type) {
    case "OBJECT_TABLE":
      return relation.kind === "table" || relation.kind === "partitioned-table";
    case "OBJECT_FOREIGN_TABLE":
      return relation.kind === "foreign-table";
    case "OBJECT_VIEW":
      return relation.kind === "view";
    case "OBJECT_MATVIEW":
      return relation.kind === "materialized-view";
    case "OBJECT_INDEX":
      return relation.kind === "index";
    case "OBJECT_SEQUENCE":
      return relation.kind === "sequence";
    default:
      return false;
  }
}

/** Triggers, policies and rules are named with their table: `s.t.name`. */
function dropFromTable(replay: Replay, object: Node, type: ObjectType | undefined): void {
  const words = stringList(listIn(object));
  const name = words.at(-1);
  const of: Name | undefined = nameIn(listIn(object)?.slice(0, -1));
  const table = findTable(replay.catalog, of);
  if (name === undefined || table === undefined) return;
  if (type === "OBJECT_TRIGGER") dropTrigger(replay, table, name);
  else if (type === "OBJECT_POLICY") table.policies = without(table.policies, name);
  else if (type === "OBJECT_RULE") table.rules = without(table.rules, name);
}

function dropSchema(replay: Replay, schema: string, cascade: boolean): void {
  const { catalog } = replay;
  catalog.schemas.delete(schema);
  for (const relation of catalog.relations.values()) {
    if (relation.schema === schema) dropRelation(replay, relation, true);
  }
  for (const type of catalog.types.values()) {
    if (type.schema === schema) dropType(replay, type, cascade);
  }
  for (const definitions of catalog.functions.values()) {
    for (const { name } of definitions.filter((one) => one.schema === schema)) {
      catalog.functions.delete(keyOf(schema, name));
    }
  }
}

function listIn(object: Node): Node[] | undefined {
  if ("List" in object) return object.List.items;
  return "TypeName" in object ? object.TypeName.names : [object];
}
