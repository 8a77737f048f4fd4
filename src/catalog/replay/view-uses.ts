/**
 * What a query reads: relations with their columns. A column without a qualifier belongs to the
 * relation that has one of this name; where no relation in scope is known to have it, every
 * relation that may is counted.
 */
import type { Alias, Node, RangeVar, SelectStmt } from "@pgsql/types";
import { type Fields, isFields, stringList, stringOf } from "../../sql/tree.ts";
import { keyOf, type RelationKey } from "../catalog.ts";
import { findRelation, isTable, nameOf, schemaFor } from "../find.ts";
import type { Replay } from "./context.ts";
import { figuredName } from "./figure-name.ts";

export type Uses = Map<RelationKey, Set<string> | "all">;

/** Something in FROM. */
interface Entry {
  readonly alias: string;
  readonly schema?: string | undefined;
  /** Undefined for subqueries, functions and WITH. */
  readonly relation?: RelationKey;
  /** By the name that the query sees; undefined where it is not known which there are. */
  readonly columns: ReadonlyMap<string, string> | undefined;
}

interface Scope {
  readonly entries: Entry[];
  readonly common: Map<string, Entry["columns"]>;
  /** Names that the target list gives, for ORDER BY and GROUP BY. */
  readonly outputs: ReadonlySet<string>;
  readonly outer: Scope | undefined;
}

interface Search {
  readonly replay: Replay;
  readonly uses: Uses;
}

const SYSTEM_COLUMNS: ReadonlySet<string> = new Set([
  "ctid",
  "tableoid",
  "xmin",
  "xmax",
  "cmin",
  "cmax",
]);

export function usesOf(replay: Replay, query: Node): Uses {
  const uses: Uses = new Map();
  if ("SelectStmt" in query) visitSelect({ replay, uses }, query.SelectStmt, undefined);
  return uses;
}

function visitSelect(search: Search, select: SelectStmt, outer: Scope | undefined): void {
  const scope: Scope = {
    entries: [],
    common: new Map(outer?.common),
    outputs: new Set(
      (select.targetList ?? []).flatMap((one) =>
        "ResTarget" in one && one.ResTarget.name !== undefined ? [one.ResTarget.name] : [],
      ),
    ),
    outer,
  };
  for (const one of select.withClause?.ctes ?? []) {
    if (!("CommonTableExpr" in one)) continue;
    const { ctename = "", ctequery, aliascolnames } = one.CommonTableExpr;
    // Before its query: WITH RECURSIVE names itself.
    scope.common.set(ctename, undefined);
    visit(search, ctequery, scope);
    scope.common.set(ctename, outputsOf(ctequery, stringList(aliascolnames)));
  }
  for (const one of select.fromClause ?? []) addFrom(search, one, scope);
  for (const arm of armsOf(select)) visitSelect(search, arm, scope);
  for (const [key, value] of Object.entries(select)) {
    if (!VISITED.has(key)) visit(search, value, scope);
  }
}

/**
 * The sides of UNION and the like. `a union b union c …` nests one level deeper with each, on the
 * left; a side with clauses of its own is a query of its own.
 */
function armsOf(select: SelectStmt): SelectStmt[] {
  const arms: SelectStmt[] = [];
  const ahead = [select.rarg, select.larg];
  while (ahead.length > 0) {
    const next = ahead.pop();
    if (next === undefined) continue;
    const plain = next.withClause === undefined && next.sortClause === undefined;
    if (next.larg !== undefined && plain) ahead.push(next.rarg, next.larg);
    else arms.push(next);
  }
  return arms;
}

const VISITED: ReadonlySet<string> = new Set(["fromClause", "withClause", "larg", "rarg"]);

/** Expressions, with the queries in them. */
function visit(search: Search, value: unknown, scope: Scope): void {
  // Not recursive but for queries: `a + b + c + …` nests one level deeper with each term.
  const ahead: unknown[] = [value];
  while (ahead.length > 0) {
    const next = ahead.pop();
    if (Array.isArray(next)) ahead.push(...(next as unknown[]).toReversed());
    if (!isFields(next) || Array.isArray(next)) continue;
    if (isFields(next["SelectStmt"])) visitSelect(search, next["SelectStmt"], scope);
    else if (isFields(next["ColumnRef"])) useColumn(search, next["ColumnRef"], scope);
    else ahead.push(...Object.values(next).toReversed());
  }
}

function addFrom(search: Search, from: Node, scope: Scope): void {
  if ("RangeVar" in from) scope.entries.push(entryOf(search, from.RangeVar, scope));
  else if ("JoinExpr" in from) {
    const { larg, rarg, usingClause, isNatural, quals } = from.JoinExpr;
    const before = scope.entries.length;
    if (larg !== undefined) addFrom(search, larg, scope);
    const between = scope.entries.length;
    if (rarg !== undefined) addFrom(search, rarg, scope);
    const left = scope.entries.slice(before, between);
    const right = scope.entries.slice(between);
    const shared = isNatural === true ? sharedColumns(left, right) : stringList(usingClause);
    for (const column of shared) {
      for (const entry of [...left, ...right]) {
        if (entry.columns === undefined || entry.columns.has(column)) use(search, entry, column);
      }
    }
    visit(search, quals, scope);
  } else if ("RangeSubselect" in from) {
    const { subquery, alias } = from.RangeSubselect;
    visit(search, subquery, scope);
    scope.entries.push(derived(alias, outputsOf(subquery, stringList(alias?.colnames))));
  } else if ("RangeTableSample" in from) {
    const { relation, args, repeatable } = from.RangeTableSample;
    if (relation !== undefined) addFrom(search, relation, scope);
    visit(search, [args, repeatable], scope);
  } else {
    visit(search, from, scope);
    const [fields] = Object.values(from) as Fields[];
    const alias = isFields(fields?.["alias"]) ? (fields["alias"] as Alias) : undefined;
    scope.entries.push(derived(alias, undefined));
  }
}

function derived(alias: Alias | undefined, columns: Entry["columns"]): Entry {
  return { alias: alias?.aliasname ?? "", columns };
}

function entryOf({ replay, uses }: Search, range: RangeVar, scope: Scope): Entry {
  const { relname = "", schemaname, alias } = range;
  const name = alias?.aliasname ?? relname;
  if (schemaname === undefined && scope.common.has(relname)) {
    return { alias: name, columns: scope.common.get(relname) };
  }
  const { catalog } = replay;
  const found = findRelation(catalog, nameOf(range));
  const schema = found?.schema ?? schemaFor(catalog, { schema: schemaname, name: relname });
  const relation = found?.key ?? keyOf(schema, relname);
  if (!uses.has(relation)) uses.set(relation, new Set());
  const names =
    found === undefined
      ? undefined
      : isTable(found) || "uses" in found
        ? found.columns.map((column) => column.name)
        : undefined;
  return { alias: name, schema, relation, columns: renamed(names, stringList(alias?.colnames)) };
}

function renamed(names: readonly string[] | undefined, given: readonly string[]): Entry["columns"] {
  return names && new Map(names.map((name, at) => [given[at] ?? name, name]));
}

/** The names of a query's result; undefined when a `*` or the like hides them. */
function outputsOf(query: unknown, given: readonly string[]): Entry["columns"] {
  if (!isFields(query) || !isFields(query["SelectStmt"])) return undefined;
  let select = query["SelectStmt"] as SelectStmt;
  while (select.larg !== undefined) select = select.larg;
  const targets = select.targetList;
  if (targets === undefined) return undefined;
  const names: string[] = [];
  for (const target of targets) {
    if (!("ResTarget" in target)) return undefined;
    const { name, val } = target.ResTarget;
    if (val !== undefined && hasStar(val)) return undefined;
    names.push(name ?? figuredName(val) ?? "?column?");
  }
  return renamed(names, given);
}

function hasStar(value: Node): boolean {
  const last = "ColumnRef" in value ? value.ColumnRef.fields?.at(-1) : undefined;
  return last !== undefined && "A_Star" in last;
}

function sharedColumns(left: readonly Entry[], right: readonly Entry[]): string[] {
  const names = new Set(left.flatMap(({ columns }) => [...(columns?.keys() ?? [])]));
  return right.flatMap(({ columns }) =>
    [...(columns?.keys() ?? [])].filter((one) => names.has(one)),
  );
}

function useColumn(search: Search, reference: Fields, scope: Scope): void {
  const fields = reference["fields"];
  const list: unknown[] = Array.isArray(fields) ? fields : [];
  const last = list.at(-1);
  const column = stringOf(last);
  const qualifiers = stringList(list.slice(0, -1));
  const qualifier = qualifiers.at(-1);
  if (qualifier !== undefined) {
    const entry = entryNamed(scope, qualifier, qualifiers.at(-2));
    if (entry !== undefined) use(search, entry, column ?? "*");
    return;
  }
  if (column === undefined) {
    for (const entry of scope.entries) use(search, entry, "*");
    return;
  }
  useUnqualified(search, column, scope);
}

function entryNamed(scope: Scope, alias: string, schema: string | undefined): Entry | undefined {
  for (let one: Scope | undefined = scope; one !== undefined; one = one.outer) {
    const found = one.entries.find(
      (entry) => entry.alias === alias && (schema === undefined || entry.schema === schema),
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function useUnqualified(search: Search, column: string, scope: Scope): void {
  for (let one: Scope | undefined = scope; one !== undefined; one = one.outer) {
    const known = one.entries.filter(({ columns }) => columns?.has(column) === true);
    if (known.length > 0) return known.forEach((entry) => use(search, entry, column));
    // `t` where t is a relation: its whole row.
    const whole = one.entries.find(({ alias }) => alias === column);
    if (whole !== undefined) return use(search, whole, "*");
    const unknown = one.entries.filter(({ columns }) => columns === undefined);
    if (unknown.length > 0 && !one.outputs.has(column)) {
      return unknown.forEach((entry) => use(search, entry, column));
    }
    if (one.outputs.has(column)) return;
  }
}

function use({ uses }: Search, { relation, columns }: Entry, column: string): void {
  if (relation === undefined || SYSTEM_COLUMNS.has(column)) return;
  const used = uses.get(relation);
  if (column === "*") uses.set(relation, "all");
  else if (used !== "all") used?.add(columns?.get(column) ?? column);
}
