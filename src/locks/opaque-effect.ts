/**
 * Whether a statement may lock relations that neither its text nor the facts can tell: it runs code
 * (DO, CALL, a function), or it works on whatever the catalog finds (DROP SCHEMA … CASCADE).
 */
import type { FuncCall, Node } from "@pgsql/types";
import type { Statement } from "../sql/statement.ts";
import { walk } from "./relation-name.ts";

const OPAQUE_KINDS: ReadonlySet<string> = new Set([
  "DoStmt",
  "CallStmt",
  "ExecuteStmt",
  "DropOwnedStmt",
  "ReassignOwnedStmt",
  "AlterTableMoveAllStmt",
  // Their scripts may hold any statement.
  "CreateExtensionStmt",
  "AlterExtensionStmt",
  "ImportForeignSchemaStmt",
  // A new constraint is checked in every table that has a column of the domain.
  "AlterDomainStmt",
]);

const QUERY_KINDS: ReadonlySet<string> = new Set([
  "SelectStmt",
  "InsertStmt",
  "UpdateStmt",
  "DeleteStmt",
  "MergeStmt",
  "CopyStmt",
  "CreateTableAsStmt",
  "ExplainStmt",
]);

/** Without a name, these work on every relation of the database. */
const MAINTENANCE_KINDS: ReadonlySet<string> = new Set([
  "VacuumStmt",
  "ClusterStmt",
  "ReindexStmt",
]);

const RELATION_KINDS: ReadonlySet<string | undefined> = new Set([
  "OBJECT_TABLE",
  "OBJECT_VIEW",
  "OBJECT_MATVIEW",
  "OBJECT_SEQUENCE",
  "OBJECT_INDEX",
  "OBJECT_FOREIGN_TABLE",
]);

/** Functions of PostgreSQL that touch no table; common in migrations without their schema. */
const HARMLESS_FUNCTIONS: ReadonlySet<string> = new Set(
  `abs age array_agg array_append array_length avg bool_and bool_or btrim cardinality ceil concat
  concat_ws count currval current_setting date_part date_trunc decode dense_rank digest encode floor
  format gen_random_uuid generate_series json_agg json_build_object jsonb_agg jsonb_array_elements
  jsonb_array_elements_text jsonb_build_object jsonb_object_agg jsonb_set json_object_agg lag lastval
  lead left length lower lpad ltrim make_date make_interval max md5 min mod nextval now nullif
  pg_notify pg_sleep random rank regexp_replace regexp_split_to_array repeat replace reverse right
  round row_number row_to_json rpad rtrim set_config setval split_part string_agg string_to_array
  strpos substr substring sum timezone to_char to_date to_json to_jsonb to_regclass to_timestamp
  to_tsvector translate trim unnest upper uuidv4 uuidv7 version`.split(/\s+/),
);

export function opaqueEffect(stmt: Pick<Statement, "node">): boolean {
  const { node } = stmt;
  const kind = Object.keys(node)[0] ?? "";
  if (OPAQUE_KINDS.has(kind)) return true;
  if (QUERY_KINDS.has(kind)) return callsUnknownFunctions(node);
  if (MAINTENANCE_KINDS.has(kind)) return !namesRelation(node);
  if ("DropStmt" in node) {
    const { removeType, behavior } = node.DropStmt;
    return behavior === "DROP_CASCADE" && !RELATION_KINDS.has(removeType);
  }
  return false;
}

function callsUnknownFunctions(node: Node): boolean {
  let found = false;
  walk(node, (key, value) => {
    found ||= key === "FuncCall" && !isHarmless(value);
  });
  return found;
}

function isHarmless({ funcname = [] }: FuncCall): boolean {
  const words = funcname.map((word) => ("String" in word ? (word.String.sval ?? "") : ""));
  const name = words.at(-1) ?? "";
  const schema = words.at(-2);
  return (schema === undefined || schema === "pg_catalog") && HARMLESS_FUNCTIONS.has(name);
}

function namesRelation(node: Node): boolean {
  let found = false;
  walk(node, (_, value) => (found ||= typeof value["relname"] === "string"));
  return found;
}
