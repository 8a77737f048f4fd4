/** Functions, procedures and aggregates: what rules ask about them, not what is in them. */
import type {
  AlterFunctionStmt,
  CreateFunctionStmt,
  DefineStmt,
  FunctionParameter,
  Node,
} from "@pgsql/types";
import { bodies, stringOf } from "../../sql/tree.ts";
import { type ColumnType, type FunctionDefinition, keyOf, type Volatility } from "../catalog.ts";
import { findFunctions, nameIn, sameType, schemaFor } from "../find.ts";
import { columnType } from "./column-type.ts";
import type { Replay } from "./context.ts";
import { isTheOverload } from "./overloads.ts";

/** Results, not arguments. */
const OUTPUT: ReadonlySet<string | undefined> = new Set(["FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"]);

export function createFunction(replay: Replay, statement: CreateFunctionStmt): void {
  const returns = statement.returnType;
  const options = statement.options ?? [];
  addFunction(replay, statement.funcname, {
    argumentTypes: typesOf(replay, statement.parameters),
    volatility: volatilityIn(options) ?? "volatile",
    ...expressionOf(replay, statement),
    // A body without a string is SQL.
    language: wordIn(options, "language") ?? "sql",
    ...(returns !== undefined && { returns: columnType(replay.catalog, returns) }),
    procedure: statement.is_procedure === true,
    replace: statement.replace === true,
  });
}

/** Only of functions that the server would inline: one SELECT of one expression, nothing set. */
function expressionOf(
  { parse }: Replay,
  { options = [], sql_body }: CreateFunctionStmt,
): Pick<FunctionDefinition, "expression"> {
  if (sql_body !== undefined && "ReturnStmt" in sql_body) {
    const { returnval } = sql_body.ReturnStmt;
    return returnval === undefined ? {} : { expression: returnval };
  }
  const [body, ...more] = bodies(options);
  const plain = wordIn(options, "language") === "sql" && !options.some(isSetOrDefiner);
  if (body === undefined || more.length > 0 || !plain || parse === undefined) return {};
  try {
    const [select, ...others] = parse(body);
    if (select === undefined || others.length > 0 || !("SelectStmt" in select)) return {};
    const { targetList = [], fromClause, whereClause, withClause, valuesLists } = select.SelectStmt;
    const [target] = targetList;
    const single = targetList.length === 1 && target !== undefined && "ResTarget" in target;
    const whole = fromClause ?? whereClause ?? withClause ?? valuesLists;
    const expression = single && whole === undefined ? target.ResTarget.val : undefined;
    return expression === undefined ? {} : { expression };
  } catch {
    return {};
  }
}

function isSetOrDefiner(option: Node): boolean {
  if (!("DefElem" in option)) return false;
  const { defname, arg } = option.DefElem;
  if (defname === "set") return true;
  const on = arg !== undefined && "Boolean" in arg && arg.Boolean.boolval === true;
  return defname === "security" && on;
}

export function createAggregate(replay: Replay, { defnames, args, replace }: DefineStmt): void {
  const [list] = args ?? [];
  const parameters = list !== undefined && "List" in list ? list.List.items : undefined;
  addFunction(replay, defnames, {
    argumentTypes: typesOf(replay, parameters),
    volatility: "immutable",
    language: "internal",
    procedure: false,
    replace: replace === true,
  });
}

function addFunction(
  { catalog }: Replay,
  names: readonly Node[] | undefined,
  definition: Omit<FunctionDefinition, "schema" | "name" | "arguments" | "madeIn"> & {
    readonly replace: boolean;
  },
): void {
  const name = nameIn(names);
  if (name === undefined) return;
  const schema = schemaFor(catalog, name);
  const key = keyOf(schema, name.name);
  const { replace, ...rest } = definition;
  const overloads = catalog.functions.get(key) ?? [];
  const same = overloads.find((one) => sameArguments(one.argumentTypes, rest.argumentTypes));
  if (same !== undefined) {
    // What is replaced stays the same function, with all that depends on it.
    if (replace) Object.assign(same, rest);
    return;
  }
  const made: FunctionDefinition = {
    schema,
    name: name.name,
    arguments: rest.argumentTypes.length,
    ...rest,
    madeIn: catalog.step,
  };
  catalog.functions.set(key, [...overloads, made]);
}

export function alterFunction({ catalog }: Replay, statement: AlterFunctionStmt): void {
  const { func, actions } = statement;
  if (func === undefined) return;
  const volatility = volatilityIn(actions ?? []);
  if (volatility === undefined) return;
  for (const one of findFunctions(catalog, nameIn(func.objname))) {
    if (isTheOverload(catalog, one, func)) one.volatility = volatility;
  }
}

function typesOf({ catalog }: Replay, parameters: readonly Node[] | undefined): ColumnType[] {
  return (parameters ?? [])
    .flatMap((one): FunctionParameter[] =>
      "FunctionParameter" in one ? [one.FunctionParameter] : [],
    )
    .filter(({ mode }) => !OUTPUT.has(mode))
    .map(({ argType }) => columnType(catalog, { ...argType, typmods: [] }));
}

function sameArguments(left: readonly ColumnType[], right: readonly ColumnType[]): boolean {
  return left.length === right.length && left.every((type, at) => sameType(type, right[at]!));
}

function volatilityIn(options: readonly Node[]): Volatility | undefined {
  return wordIn(options, "volatility") as Volatility | undefined;
}

function wordIn(options: readonly Node[], name: string): string | undefined {
  for (const one of options) {
    if ("DefElem" in one && one.DefElem.defname === name) return stringOf(one.DefElem.arg);
  }
  return undefined;
}
