/**
 * Syntax and functions that came with a major version: what an older server refuses. Since 14 is
 * the oldest that is supported, the table begins with 15. Source: the release notes of 15 to 18.
 */
import type { Node } from "@pgsql/types";
import { type Fields, isFields, stringList, walk } from "../../../sql/tree.ts";

export interface UsedFeature {
  readonly since: number;
  /** As people write it. */
  readonly what: string;
  readonly at?: number | undefined;
}

interface Feature {
  readonly since: number;
  readonly what: string;
  /** Type of the node (or name of the field that holds it). */
  readonly type: string;
  readonly when?: (fields: Fields) => boolean;
}

const has = (name: string) => (fields: Fields) => fields[name] !== undefined;
const is = (name: string, value: unknown) => (fields: Fields) => fields[name] === value;

const FEATURES: readonly Feature[] = [
  { since: 15, what: "MERGE", type: "MergeStmt" },
  { since: 15, what: "NULLS NOT DISTINCT", type: "IndexStmt", when: has("nulls_not_distinct") },
  { since: 15, what: "NULLS NOT DISTINCT", type: "Constraint", when: has("nulls_not_distinct") },
  {
    since: 15,
    what: "a view WITH (security_invoker)",
    type: "DefElem",
    when: is("defname", "security_invoker"),
  },
  {
    since: 15,
    what: "SET ACCESS METHOD",
    type: "AlterTableCmd",
    when: is("subtype", "AT_SetAccessMethod"),
  },
  {
    since: 15,
    what: "ON DELETE SET NULL with columns",
    type: "Constraint",
    when: has("fk_del_set_cols"),
  },
  {
    since: 15,
    what: "FOR TABLES IN SCHEMA",
    type: "PublicationObjSpec",
    when: (fields) => String(fields["pubobjtype"]).includes("IN_"),
  },
  {
    since: 15,
    what: "a publication of some columns or rows",
    type: "pubtable",
    when: (fields) => fields["whereClause"] !== undefined || fields["columns"] !== undefined,
  },
  {
    since: 15,
    what: "UNLOGGED sequences",
    type: "CreateSeqStmt",
    when: ({ sequence }) => isFields(sequence) && sequence["relpersistence"] === "u",
  },
  {
    since: 15,
    what: "privileges on parameters",
    type: "GrantStmt",
    when: is("objtype", "OBJECT_PARAMETER_ACL"),
  },
  {
    since: 16,
    what: "CREATE STATISTICS without a name",
    type: "CreateStatsStmt",
    when: ({ defnames }) => defnames === undefined,
  },
  { since: 16, what: "STORAGE in CREATE TABLE", type: "ColumnDef", when: has("storage_name") },
  {
    since: 16,
    what: "REINDEX DATABASE without a name",
    type: "ReindexStmt",
    when: ({ kind, name, relation }) =>
      name === undefined && relation === undefined && kind !== "REINDEX_OBJECT_SCHEMA",
  },
  { since: 16, what: "IS JSON", type: "JsonIsPredicate" },
  { since: 16, what: "JSON_ARRAY", type: "JsonArrayConstructor" },
  { since: 16, what: "JSON_OBJECT", type: "JsonObjectConstructor" },
  {
    since: 16,
    what: "GRANT of a role WITH INHERIT or SET",
    type: "GrantRoleStmt",
    when: ({ opt }) => /"defname":"(inherit|set)"/.test(JSON.stringify(opt ?? [])),
  },
  {
    since: 17,
    what: "SET EXPRESSION",
    type: "AlterTableCmd",
    when: is("subtype", "AT_SetExpression"),
  },
  {
    since: 17,
    what: "SET ACCESS METHOD DEFAULT",
    type: "AlterTableCmd",
    when: ({ subtype, name }) => subtype === "AT_SetAccessMethod" && name === undefined,
  },
  {
    since: 17,
    what: "an exclusion constraint of a partitioned table",
    type: "CreateStmt",
    when: ({ partspec, tableElts }) =>
      partspec !== undefined && JSON.stringify(tableElts ?? []).includes('"CONSTR_EXCLUSION"'),
  },
  { since: 17, what: "MERGE … RETURNING", type: "MergeStmt", when: has("returningClause") },
  {
    since: 17,
    what: "WHEN NOT MATCHED BY SOURCE",
    type: "MergeWhenClause",
    when: is("matchKind", "MERGE_WHEN_NOT_MATCHED_BY_SOURCE"),
  },
  { since: 17, what: "JSON_TABLE", type: "JsonTable" },
  { since: 17, what: "JSON_VALUE, JSON_QUERY and JSON_EXISTS", type: "JsonFuncExpr" },
  { since: 17, what: "JSON_SCALAR", type: "JsonScalarExpr" },
  { since: 17, what: "JSON_SERIALIZE", type: "JsonSerializeExpr" },
  {
    since: 17,
    what: "the privilege MAINTAIN",
    type: "AccessPriv",
    when: is("priv_name", "maintain"),
  },
  { since: 17, what: "COPY with ON_ERROR", type: "DefElem", when: is("defname", "on_error") },
  {
    since: 18,
    what: "VIRTUAL generated columns (the default there without STORED)",
    type: "Constraint",
    when: is("generated_kind", "v"),
  },
  { since: 18, what: "NOT ENFORCED", type: "Constraint", when: isNotEnforced },
  {
    since: 18,
    what: "NOT ENFORCED",
    type: "Constraint",
    when: is("contype", "CONSTR_ATTR_NOT_ENFORCED"),
  },
  // Of a whole table nobody sees it: the tree is the same without the word.
  { since: 18, what: "ENFORCED", type: "Constraint", when: is("contype", "CONSTR_ATTR_ENFORCED") },
  {
    since: 18,
    what: "ALTER CONSTRAINT … ENFORCED",
    type: "ATAlterConstraint",
    when: has("alterEnforceability"),
  },
  {
    since: 18,
    what: "ALTER CONSTRAINT … INHERIT",
    type: "ATAlterConstraint",
    when: has("alterInheritability"),
  },
  {
    since: 18,
    what: "NOT NULL as a constraint of the table",
    type: "Constraint",
    when: (fields) => fields["contype"] === "CONSTR_NOTNULL" && fields["keys"] !== undefined,
  },
  { since: 18, what: "WITHOUT OVERLAPS", type: "Constraint", when: has("without_overlaps") },
  { since: 18, what: "PERIOD in a foreign key", type: "Constraint", when: has("fk_with_period") },
  { since: 18, what: "RETURNING WITH (OLD AS …)", type: "ReturningOption" },
  { since: 18, what: "RETURNING of OLD and NEW", type: "returningClause", when: returnsOld },
  {
    since: 18,
    what: "COPY with REJECT_LIMIT",
    type: "DefElem",
    when: is("defname", "reject_limit"),
  },
  {
    since: 18,
    what: "VACUUM or ANALYZE of ONLY a table",
    type: "VacuumRelation",
    when: ({ relation }) => isFields(relation) && relation["inh"] !== true,
  },
];

/** Functions of pg_catalog, by the version that brought them. */
const FUNCTIONS: ReadonlyMap<string, number> = new Map([
  ...["regexp_count", "regexp_instr", "regexp_like", "regexp_substr"].map(
    (name) => [name, 15] as const,
  ),
  ...[
    "any_value",
    "array_sample",
    "array_shuffle",
    "date_add",
    "date_subtract",
    "pg_input_is_valid",
    "random_normal",
  ].map((name) => [name, 16] as const),
  ...["to_bin", "to_oct", "uuid_extract_timestamp", "uuid_extract_version", "xmltext"].map(
    (name) => [name, 17] as const,
  ),
  ...["array_reverse", "array_sort", "casefold", "crc32", "crc32c", "uuidv4", "uuidv7"].map(
    (name) => [name, 18] as const,
  ),
]);

/** What the statement needs that is newer than a version, each once. */
export function newerThan(node: Node, version: number): UsedFeature[] {
  const found = new Map<string, UsedFeature>();
  let location: number | undefined;
  walk(node, (type, fields) => {
    // Some nodes have no place of their own; then that of the one around it is near enough.
    if (typeof fields["location"] === "number") location = fields["location"];
    for (const { since, what, type: wanted, when } of FEATURES) {
      if (since <= version || type !== wanted || when?.(fields) === false) continue;
      if (!found.has(what)) found.set(what, { since, what, at: location });
    }
  });
  return [...found.values()];
}

export interface UsedFunction {
  readonly name: string;
  readonly since: number;
  readonly at?: number | undefined;
}

/** Calls of functions that the server got later; a function of the schema may have the name too. */
export function newerFunctions(node: Node, version: number): UsedFunction[] {
  const found: UsedFunction[] = [];
  walk(node, (type, fields) => {
    if (type !== "FuncCall") return;
    const words = stringList(fields["funcname"]);
    const name = words.at(-1) ?? "";
    const since = isRandomOfRange(name, fields) ? 17 : FUNCTIONS.get(name);
    if (since === undefined || since <= version) return;
    if (words.length > 1 && words[0] !== "pg_catalog") return;
    const at = fields["location"];
    found.push({ name, since, ...(typeof at === "number" && { at }) });
  });
  return found;
}

/** The tree leaves false out, and only these two kinds have the field. */
function isNotEnforced({ contype, is_enforced }: Fields): boolean {
  return (contype === "CONSTR_CHECK" || contype === "CONSTR_FOREIGN") && is_enforced !== true;
}

/** A column of `old` or `new`; a trigger's or rule's are in another text. */
function returnsOld({ exprs }: Fields): boolean {
  let found = false;
  walk(exprs, (type, { fields }) => {
    const words = type === "ColumnRef" ? stringList(fields) : [];
    found ||= words.length === 2 && (words[0] === "old" || words[0] === "new");
  });
  return found;
}

function isRandomOfRange(name: string, { args }: Fields): boolean {
  return name === "random" && Array.isArray(args) && args.length === 2;
}
