/** The long work of everything but ALTER TABLE. */
import type { AlterDomainStmt, IndexStmt, Node, ReindexStmt, VacuumStmt } from "@pgsql/types";
import type { Catalog, Table, UserType } from "../../catalog/catalog.ts";
import { keyOf } from "../../catalog/catalog.ts";
import {
  findIndex,
  findRelation,
  findTable,
  findType,
  findView,
  isNew,
  isTable,
  nameIn,
  nameOf,
  tableAt,
  withDescendants,
} from "../../catalog/find.ts";
import { fromRangeVar, type RelationName, relationsIn } from "../../locks/relation-name.ts";
import { blocksReads } from "../../locks/lock-mode.ts";
import { isOn } from "../../locks/shapes/tables.ts";
import { hasIndexLike, leavesWithout } from "./leaves.ts";
import { createPartitionParts } from "./partitions.ts";
import type { Part } from "./part.ts";
import type { EffectState } from "./state.ts";
import { textOf } from "./target.ts";

export function otherParts(node: Node, state: EffectState): Part[] {
  if ("IndexStmt" in node) return createIndex(node.IndexStmt, state);
  if ("ReindexStmt" in node) return reindex(node.ReindexStmt, state);
  if ("VacuumStmt" in node) return vacuum(node.VacuumStmt, state);
  if ("ClusterStmt" in node) {
    const part = {
      case: "cluster",
      cause: "cluster",
      reason: "every row is copied in the order of the index",
    };
    const named = fromRangeVar(node.ClusterStmt.relation);
    if (named.length === 0) return [{ ...part, on: { name: "every table clustered before" } }];
    return onEach(named, state, part);
  }
  if ("RefreshMatViewStmt" in node) {
    const { relation, concurrent, skipData } = node.RefreshMatViewStmt;
    if (concurrent === true || skipData === true) return [];
    const view = findView(state.catalog, nameOf(relation));
    // Nobody reads what the same step makes.
    if (view !== undefined && isNew(state.catalog, view)) return [];
    return onEach(fromRangeVar(relation), state, {
      case: "refresh-materialized-view",
      cause: "refresh-matview-blocking",
      reason: "its query runs, and it is written anew",
    });
  }
  if ("AlterDomainStmt" in node) return alterDomain(node.AlterDomainStmt, state);
  if ("CreateStmt" in node) {
    const { inhRelations = [], partbound } = node.CreateStmt;
    if (partbound === undefined) return [];
    return inhRelations.flatMap((parent) =>
      "RangeVar" in parent ? createPartitionParts(parent.RangeVar, partbound, state) : [],
    );
  }
  if ("AlterTableMoveAllStmt" in node) {
    const { orig_tablespacename: from, objtype } = node.AlterTableMoveAllStmt;
    const indexes = objtype === "OBJECT_INDEX";
    return [
      {
        case: `${indexes ? "alter-index" : "alter-table"}/set-tablespace:other`,
        cause: "set-tablespace",
        on: { name: `all ${indexes ? "indexes" : "tables"} in ${from}` },
        reason: "their files are copied",
      },
    ];
  }
  return [];
}

function onEach(
  names: readonly RelationName[],
  { catalog }: EffectState,
  part: Omit<Part, "on">,
): Part[] {
  return names.map((name) => {
    const found = findRelation(catalog, name);
    return { ...part, on: found ?? name };
  });
}

function createIndex(stmt: IndexStmt, state: EffectState): Part[] {
  const { catalog } = state;
  const { relation, concurrent, if_not_exists, idxname } = stmt;
  const name = fromRangeVar(relation)[0];
  if (name === undefined || concurrent === true) return [];
  const found = findRelation(catalog, nameOf(relation));
  const table = found !== undefined && isTable(found) ? found : undefined;
  if (if_not_exists === true && idxname !== undefined && found !== undefined) {
    if (catalog.relations.has(keyOf(found.schema, idxname))) return [];
  }
  const partitioned = table?.kind === "partitioned-table";
  if (partitioned) {
    if (relation?.inh !== true) return [];
    const wanted = shapeOf(stmt);
    if (
      leavesWithout({ table, state }, (leaf) => hasIndexLike(leaf, wanted, catalog)).length === 0
    ) {
      return [];
    }
  }
  // Held by an earlier statement, so that reads wait too: CONCURRENTLY alone would not help.
  const held = state.transaction?.held.get(found?.key ?? textOf(name));
  const readsWait = held !== undefined && blocksReads(held.mode);
  const index = idxname === undefined ? "the index" : `\`${idxname}\``;
  const from = partitioned
    ? `${index} is built on every partition, one after the other`
    : `${index} is not built CONCURRENTLY`;
  return [
    {
      case: partitioned ? "create-index:partitioned" : "create-index",
      cause: readsWait
        ? "unique-index-exclusive-in-txn"
        : partitioned
          ? "index-on-partitioned-parent"
          : "index-not-concurrent",
      on: found ?? name,
      reason: readsWait ? `line ${held.by.line} still holds ${held.mode}` : from,
    },
  ];
}

function shapeOf({ indexParams = [], unique, accessMethod, whereClause }: IndexStmt) {
  const columns = indexParams.flatMap((param) =>
    "IndexElem" in param ? [param.IndexElem.name ?? param.IndexElem.expr ?? ""] : [],
  );
  return {
    columns,
    unique: unique === true,
    method: accessMethod ?? "btree",
    ...(whereClause && { predicate: whereClause }),
  };
}

function reindex(stmt: ReindexStmt, state: EffectState): Part[] {
  const { kind, relation, params, name } = stmt;
  if (isOn(params, "concurrently")) return [];
  const reason = "it is built anew without CONCURRENTLY";
  const common = { cause: "reindex-not-concurrent", reason } as const;
  const named = fromRangeVar(relation);
  switch (kind) {
    case "REINDEX_OBJECT_INDEX": {
      const index = findIndex(state.catalog, nameOf(relation));
      const table = tableAt(state.catalog, index?.table);
      return named.map((one) => ({ ...common, case: "reindex-index", on: table ?? one }));
    }
    case "REINDEX_OBJECT_TABLE": {
      const table = findTable(state.catalog, nameOf(relation));
      if (table !== undefined && !withDescendants(state.catalog, table).some(hasIndexes)) return [];
      return onEach(named, state, { ...common, case: "reindex-table" });
    }
    case "REINDEX_OBJECT_SCHEMA": {
      const tables = [...state.catalog.relations.values()].filter(
        (one): one is Table => isTable(one) && one.schema === name,
      );
      const [first] = tables.filter(hasIndexes);
      if (first === undefined && tables.length > 0) return [];
      const on = first ?? { name: `all tables in ${name}` };
      return [{ ...common, case: "reindex-schema", on }];
    }
    default: {
      const all = `all tables${name === undefined ? "" : ` in ${name}`}`;
      return [{ ...common, case: "reindex-table", on: { name: all } }];
    }
  }
}

function hasIndexes(table: Table): boolean {
  return table.kind === "table" && table.indexes.length > 0;
}

function vacuum(stmt: VacuumStmt, state: EffectState): Part[] {
  if (stmt.is_vacuumcmd !== true || !isOn(stmt.options, "full")) return [];
  const part = { case: "vacuum-full", cause: "vacuum-full", reason: "every row is copied" };
  const names = relationsIn(stmt.rels);
  if (names.length === 0) return [{ ...part, on: { name: "every table of the database" } }];
  return onEach(names, state, part);
}

/** A constraint of a domain is tested in every table that has a column of it, and of domains of it. */
function alterDomain(stmt: AlterDomainStmt, state: EffectState): Part[] {
  const { subtype, def, typeName } = stmt;
  const notValid = def !== undefined && "Constraint" in def && def.Constraint.skip_validation;
  const found = nameIn(typeName);
  const text = found?.name ?? "the domain";
  const kind: string | undefined = subtype;
  const id =
    kind === "O"
      ? "set-not-null"
      : kind === "C"
        ? "add-constraint"
        : kind === "V"
          ? "validate-constraint"
          : "";
  if (id === "" || (id === "add-constraint" && notValid === true)) return [];
  const domain = findType(state.catalog, found);
  const users = domain === undefined ? [] : tablesOfDomain(state.catalog, domain);
  const common = {
    case: `alter-domain/${id}`,
    cause: id === "set-not-null" ? "alter-domain-set-not-null" : "alter-domain-add-constraint",
    reason: `every value of the domain \`${text}\` is tested`,
  };
  if (domain === undefined) {
    return [{ ...common, on: { name: `every table with a column of ${text}` }, certain: false }];
  }
  return users.map((table) => ({ ...common, on: table }));
}

/** Those that a change of the domain has to look at; with an array of it PostgreSQL refuses. */
export function tablesOfDomain(catalog: Catalog, { schema, name }: UserType): Table[] {
  const tables = tablesUsing(catalog, schema, name);
  const refused = tables.some(({ columns }) =>
    columns.some(({ type }) => type.schema === schema && type.name === name && type.array),
  );
  return refused ? [] : tables;
}

/** Tables with a column of the type, of a domain of it, or of an array of it. */
export function tablesUsing(catalog: Catalog, schema: string, name: string): Table[] {
  const below = [...catalog.types.values()].filter(
    (type) => type.kind === "domain" && type.base.schema === schema && type.base.name === name,
  );
  const direct = [...catalog.relations.values()].filter(
    (relation): relation is Table =>
      isTable(relation) &&
      relation.columns.some(({ type }) => type.schema === schema && type.name === name),
  );
  return [
    ...new Set([
      ...direct,
      ...below.flatMap((type) => tablesUsing(catalog, type.schema, type.name)),
    ]),
  ];
}
