/** The locks of a statement, with those on relations that only the catalog can name. */
import type { AlterDomainStmt } from "@pgsql/types";
import type { Catalog, Relation, RelationKey } from "../../catalog/catalog.ts";
import { written } from "../../catalog/catalog.ts";
import {
  constraintOf,
  defaultPartitionOf,
  findRelation,
  findType,
  isNew,
  isTable,
  nameIn,
  referencesTo,
  tableAt,
  viewsOn,
  withDescendants,
} from "../../catalog/find.ts";
import type { LockRole } from "../../locks/lock-facts.ts";
import { blocksWrites, isStronger, type LockMode } from "../../locks/lock-mode.ts";
import { impliedLocksOf, locksOf } from "../../locks/locks-of-statement.ts";
import type { RelationName } from "../../locks/relation-name.ts";
import type { Statement } from "../../sql/statement.ts";
import type { EffectLock } from "../context.ts";
import { tablesOfDomain } from "./other.ts";
import type { EffectState } from "./state.ts";
import { textOf } from "./target.ts";

export function effectLocks(
  statement: Pick<Statement, "node">,
  { catalog, target }: EffectState,
): EffectLock[] {
  const locks = new Map<string, EffectLock>();
  // CREATE OR REPLACE VIEW, and the files would have made it.
  const makesIt = "ViewStmt" in statement.node && catalog.relations.size > 0;
  for (const lock of locksOf(statement, target.facts)) {
    const found = lockOn(findRelation(catalog, lock) ?? lock, lock.mode, lock.role, catalog);
    const made = makesIt && lock.role === "target" && found.key === undefined;
    keep(locks, made ? { ...found, isNew: true } : found);
  }
  for (const { role, mode, of } of impliedLocksOf(statement, target.facts)) {
    // Who only reads or writes rows of the others stops nobody.
    if (!blocksWrites(mode)) continue;
    for (const relation of impliedRelations(statement, role, of, catalog)) {
      keep(locks, lockOn(relation, mode, role, catalog));
    }
  }
  return [...locks.values()];
}

function lockOn(
  relation: Relation | RelationName,
  mode: LockMode,
  role: LockRole,
  catalog: Catalog,
): EffectLock {
  if ("key" in relation) {
    return {
      relation: written(relation),
      key: relation.key,
      mode,
      role,
      isNew: isNew(catalog, relation),
    };
  }
  return { relation: textOf(relation), mode, role, isNew: false };
}

function keep(locks: Map<string, EffectLock>, lock: EffectLock): void {
  const at = lock.key ?? lock.relation;
  const before = locks.get(at);
  if (before === undefined || isStronger(lock.mode, before.mode)) locks.set(at, lock);
}

/** The relations of a role that the text does not name. */
function impliedRelations(
  { node }: Pick<Statement, "node">,
  role: LockRole,
  of: readonly (RelationName & { readonly role: LockRole })[],
  catalog: Catalog,
): Relation[] {
  const named = of.flatMap((name) => findRelation(catalog, name) ?? []);
  const at = (keys: readonly (RelationKey | undefined)[]): Relation[] =>
    keys.flatMap((key) => (key === undefined ? [] : (catalog.relations.get(key) ?? [])));
  switch (role) {
    case "table-of-index":
      return named.flatMap((one) => (one.kind === "index" ? at([one.table]) : []));
    case "child":
    case "partition":
      return named.flatMap((one) =>
        isTable(one) ? withDescendants(catalog, one).filter((below) => below !== one) : [],
      );
    case "default-partition":
      return named.flatMap((one) => (isTable(one) ? (defaultPartitionOf(catalog, one) ?? []) : []));
    case "parent":
      return named.flatMap((one) => (isTable(one) ? at([one.partitionOf?.parent]) : []));
    case "referencing":
      return named.flatMap((one) => referencing(node, one.key, catalog));
    case "referenced":
      return named.flatMap((one) => (isTable(one) ? referencedBy(node, one.key, catalog) : []));
    case "table-of-type":
      return "AlterDomainStmt" in node ? usingDomain(node.AlterDomainStmt, catalog) : [];
    case "view":
      return named.flatMap((one) => viewsOn(catalog, one.key));
    default:
      return [];
  }
}

/** NOT VALID looks at no row. */
function usingDomain({ typeName, def }: AlterDomainStmt, catalog: Catalog): Relation[] {
  const looks = !(def !== undefined && "Constraint" in def && def.Constraint.skip_validation);
  const domain = looks ? findType(catalog, nameIn(typeName)) : undefined;
  return domain === undefined ? [] : tablesOfDomain(catalog, domain);
}

/** What the sub-commands of ALTER TABLE name; undefined for a statement about the whole table. */
function namesIn(node: Statement["node"]): string[] | undefined {
  if (!("AlterTableStmt" in node)) return undefined;
  return (node.AlterTableStmt.cmds ?? []).flatMap((cmd) =>
    "AlterTableCmd" in cmd ? (cmd.AlterTableCmd.name ?? []) : [],
  );
}

/** Only those whose foreign keys refer to a column or a key that the statement is about. */
function referencing(node: Statement["node"], key: RelationKey, catalog: Catalog): Relation[] {
  const table = tableAt(catalog, key);
  const columns = namesIn(node)?.flatMap((name) => [
    name,
    ...(constraintOf(table, name)?.columns ?? []),
  ]);
  return referencesTo(catalog, key)
    .filter(
      ({ constraint }) =>
        columns === undefined ||
        constraint.references?.columns.some((column) => columns.includes(column)) !== false,
    )
    .map((one) => one.table);
}

/** Only the foreign keys that the statement is about: DROP CONSTRAINT names one of several. */
function referencedBy(node: Statement["node"], key: RelationKey, catalog: Catalog): Relation[] {
  const table = tableAt(catalog, key);
  const names = namesIn(node);
  const constraints = (table?.constraints ?? []).filter(
    (one) =>
      names === undefined ||
      names.some((name) => constraintOf(table, name) === one || one.columns.includes(name)),
  );
  return constraints.flatMap(({ references }) =>
    references === undefined ? [] : (catalog.relations.get(references.table) ?? []),
  );
}
