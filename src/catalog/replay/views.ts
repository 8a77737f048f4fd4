/** Views, materialized views, and tables that are made of a query. */
import type {
  CreateTableAsStmt,
  IntoClause,
  Node,
  RefreshMatViewStmt,
  ViewStmt,
} from "@pgsql/types";
import { stringList } from "../../sql/tree.ts";
import { keyOf, TEMPORARY_SCHEMA, type View } from "../catalog.ts";
import { findView, nameOf, schemaFor } from "../find.ts";
import type { Replay } from "./context.ts";
import { dropAtCommit, emptyTable } from "./create-table.ts";
import { readOptions } from "./options.ts";
import { columnsOfQuery, columnsOfStatement } from "./query-columns.ts";
import { addRelation, dependOn } from "./store.ts";
import { usesOf } from "./view-uses.ts";

export function createView(replay: Replay, statement: ViewStmt): void {
  const { catalog } = replay;
  const { query, view: range, aliases } = statement;
  const name = nameOf(range);
  if (query === undefined || name === undefined) return;
  const schema = range?.relpersistence === "t" ? TEMPORARY_SCHEMA : schemaFor(catalog, name);
  const key = keyOf(schema, name.name);
  const columns = columnsOfStatement(replay, query, aliases);
  const existing = catalog.relations.get(key);
  if (existing?.kind === "view" && statement.replace === true) {
    Object.assign(existing, { query, columns, uses: usesOf(replay, query) });
    for (const used of existing.uses.keys()) dependOn(catalog, used, key);
  }
  if (existing !== undefined) return;
  addRelation(catalog, {
    kind: "view",
    key,
    schema,
    name: name.name,
    madeIn: catalog.step,
    query,
    columns,
    uses: usesOf(replay, query),
    indexes: [],
    filled: false,
  });
}

export function createTableAs(replay: Replay, statement: CreateTableAsStmt): void {
  const { query, into, objtype } = statement;
  if (query === undefined || into === undefined) return;
  if (objtype === "OBJECT_MATVIEW") createMaterialized(replay, query, into);
  else tableOfQuery(replay, query, into);
}

/** CREATE TABLE AS and SELECT INTO. */
export function tableOfQuery(replay: Replay, query: Node, into: IntoClause): void {
  const table = emptyTable(replay, into.rel, "table");
  if (table === undefined) return;
  table.columns = columnsOfStatement(replay, query, into.colNames);
  table.filled = into.skipData !== true;
  if (into.accessMethod !== undefined) table.accessMethod = into.accessMethod;
  if (into.tableSpaceName !== undefined) table.tablespace = into.tableSpaceName;
  readOptions(table.options, into.options);
  addRelation(replay.catalog, table);
  if (into.onCommit === "ONCOMMIT_DROP") dropAtCommit(replay, table);
}

function createMaterialized(replay: Replay, query: Node, into: IntoClause): void {
  const { catalog } = replay;
  const name = nameOf(into.rel);
  if (name === undefined) return;
  const schema = schemaFor(catalog, name);
  const key = keyOf(schema, name.name);
  if (catalog.relations.has(key)) return;
  const given = stringList(into.colNames);
  const view: View = {
    kind: "materialized-view",
    key,
    schema,
    name: name.name,
    madeIn: catalog.step,
    query,
    columns: columnsOfQuery(replay, query).map((column, at) => ({
      ...column,
      name: given[at] ?? column.name,
    })),
    uses: usesOf(replay, query),
    indexes: [],
    filled: into.skipData !== true,
  };
  addRelation(catalog, view);
}

export function refresh({ catalog }: Replay, { relation, skipData }: RefreshMatViewStmt): void {
  const view = findView(catalog, nameOf(relation));
  if (view !== undefined) view.filled = skipData !== true;
}
