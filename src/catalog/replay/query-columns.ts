/** The columns of a query's result, by name, and by type where the catalog or a cast says it. */
import type { A_Const, CreateTableAsStmt, Node, SelectStmt } from "@pgsql/types";
import { stringList } from "../../sql/tree.ts";
import type { Column, ColumnType } from "../catalog.ts";
import { findRelation, isTable, nameOf } from "../find.ts";
import { columnType } from "./column-type.ts";
import type { Replay } from "./context.ts";
import { figuredName } from "./figure-name.ts";

const UNKNOWN: ColumnType = { name: "", typmods: [], array: false };

interface Source {
  readonly alias: string;
  readonly columns: readonly Column[];
}

export function columnsOfStatement(
  replay: Replay,
  query: CreateTableAsStmt["query"],
  names: readonly Node[] | undefined,
): Column[] {
  const given = stringList(names);
  return columnsOfQuery(replay, query).map((column, at) => {
    const name = given[at];
    return name === undefined ? column : { ...column, name };
  });
}

export function columnsOfQuery(replay: Replay, query: Node | undefined): Column[] {
  return query !== undefined && "SelectStmt" in query ? ofSelect(replay, query.SelectStmt, []) : [];
}

function ofSelect(replay: Replay, select: SelectStmt, outer: readonly Source[]): Column[] {
  const common = [...outer];
  let first = select;
  addCommon(replay, first, common);
  // The first side of UNION and the like gives the names.
  while (first.larg !== undefined) {
    first = first.larg;
    addCommon(replay, first, common);
  }
  const row = first.valuesLists?.[0];
  if (row !== undefined) {
    const items = "List" in row ? (row.List.items ?? []) : [];
    return items.map((one, at) => plain(`column${at + 1}`, typeOf(replay, one, [])));
  }
  const sources = (first.fromClause ?? []).flatMap((one) => sourcesOf(replay, one, common));
  return (first.targetList ?? []).flatMap((target) => {
    if (!("ResTarget" in target)) return [];
    const { name, val } = target.ResTarget;
    const star = starOf(val, sources);
    if (star !== undefined) return star;
    return [plain(name ?? figuredName(val) ?? "?column?", typeOf(replay, val, sources))];
  });
}

function addCommon(replay: Replay, { withClause }: SelectStmt, common: Source[]): void {
  for (const one of withClause?.ctes ?? []) {
    if (!("CommonTableExpr" in one)) continue;
    const { ctename = "", ctequery, aliascolnames } = one.CommonTableExpr;
    const columns =
      ctequery !== undefined && "SelectStmt" in ctequery
        ? renamed(ofSelect(replay, ctequery.SelectStmt, common), aliascolnames)
        : [];
    common.push({ alias: ctename, columns });
  }
}

function sourcesOf(replay: Replay, from: Node, common: readonly Source[]): Source[] {
  if ("JoinExpr" in from) {
    const { larg, rarg } = from.JoinExpr;
    return [larg, rarg].flatMap((side) =>
      side === undefined ? [] : sourcesOf(replay, side, common),
    );
  }
  if ("RangeSubselect" in from) {
    const { subquery, alias } = from.RangeSubselect;
    const columns =
      subquery !== undefined && "SelectStmt" in subquery
        ? renamed(ofSelect(replay, subquery.SelectStmt, common), alias?.colnames)
        : [];
    return [{ alias: alias?.aliasname ?? "", columns }];
  }
  if (!("RangeVar" in from)) return [];
  const { relname = "", schemaname, alias } = from.RangeVar;
  const name = alias?.aliasname ?? relname;
  const cte = schemaname === undefined && common.findLast((one) => one.alias === relname);
  if (cte) return [{ alias: name, columns: renamed(cte.columns, alias?.colnames) }];
  const relation = findRelation(replay.catalog, nameOf(from.RangeVar));
  if (relation === undefined) return [];
  const columns = isTable(relation)
    ? relation.columns.map((column) => plain(column.name, column.type))
    : "uses" in relation
      ? relation.columns
      : [];
  return [{ alias: name, columns: renamed(columns, alias?.colnames) }];
}

/** `*` and `t.*`. */
function starOf(value: Node | undefined, sources: readonly Source[]): Column[] | undefined {
  if (value === undefined || !("ColumnRef" in value)) return undefined;
  const fields = value.ColumnRef.fields ?? [];
  const last = fields.at(-1);
  if (last === undefined || !("A_Star" in last)) return undefined;
  const qualifier = stringList(fields).at(-1);
  return sources
    .filter(({ alias }) => qualifier === undefined || alias === qualifier)
    .flatMap(({ columns }) => columns.map((column) => plain(column.name, column.type)));
}

function typeOf(replay: Replay, value: Node | undefined, sources: readonly Source[]): ColumnType {
  if (value === undefined) return UNKNOWN;
  if ("TypeCast" in value) return columnType(replay.catalog, value.TypeCast.typeName);
  if ("A_Const" in value) return typeOfConstant(value.A_Const);
  if (!("ColumnRef" in value)) return UNKNOWN;
  const names = stringList(value.ColumnRef.fields);
  const qualifier = names.at(-2);
  for (const { alias, columns } of sources) {
    if (qualifier !== undefined && alias !== qualifier) continue;
    const found = columns.find(({ name }) => name === names.at(-1));
    if (found !== undefined) return found.type;
  }
  return UNKNOWN;
}

/** As they come out of a query: a string is text there. */
function typeOfConstant({ ival, fval, boolval, sval }: A_Const): ColumnType {
  const [name] = [
    ival && "int4",
    fval && (/^[0-9]+$/.test(fval.fval ?? "") ? "int8" : "numeric"),
    boolval && "bool",
    sval && "text",
  ].filter((one) => one !== undefined);
  return { name: name ?? "", typmods: [], array: false };
}

function renamed(columns: readonly Column[], names: unknown): Column[] {
  const given = stringList(names);
  return columns.map((column, at) => plain(given[at] ?? column.name, column.type));
}

function plain(name: string, type: ColumnType): Column {
  return { name, type, notNull: false };
}
