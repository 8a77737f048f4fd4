/**
 * How volatile an expression is: the question that decides whether ADD COLUMN … DEFAULT can store one
 * value (since 11) or has to rewrite the table. Built-in functions as pg_proc has them, measured;
 * functions of the user as the history declares them.
 */
import type { FuncCall, Node } from "@pgsql/types";
import { functionVolatility, isOverloaded } from "../locks/builtins.ts";
import { stringList, walk } from "../sql/tree.ts";
import type { Catalog, FunctionDefinition, Volatility } from "./catalog.ts";
import { findFunctions } from "./find.ts";

export interface ExpressionVolatility {
  readonly volatility: Volatility;
  /** The function that makes it so, as written: `random()`. */
  readonly because?: string;
  /**
   * False when a function is neither built in nor in the history (its default is volatile), or when
   * its volatility depends on the types of its arguments.
   */
  readonly certain: boolean;
}

/** Functions of the extensions that nearly every project has; pg_proc of the extension, 14–18. */
const EXTENSION_FUNCTIONS: Readonly<Record<string, Volatility>> = {
  // uuid-ossp
  uuid_generate_v1: "volatile",
  uuid_generate_v1mc: "volatile",
  uuid_generate_v3: "immutable",
  uuid_generate_v4: "volatile",
  uuid_generate_v5: "immutable",
  uuid_nil: "immutable",
  uuid_ns_dns: "immutable",
  uuid_ns_url: "immutable",
  // pgcrypto
  digest: "immutable",
  hmac: "immutable",
  crypt: "immutable",
  gen_salt: "volatile",
  gen_random_bytes: "volatile",
};

const RANK: Readonly<Record<Volatility, number>> = { immutable: 0, stable: 1, volatile: 2 };

export function expressionVolatility(
  expression: Node | undefined,
  catalog: Catalog,
  version: number,
): ExpressionVolatility {
  let worst: ExpressionVolatility = { volatility: "immutable", certain: true };
  walk(expression, (type, fields) => {
    const found =
      type === "FuncCall"
        ? functionCall(fields, catalog, version)
        : type === "SQLValueFunction"
          ? ({ volatility: "stable", certain: true } as const)
          : undefined;
    if (found === undefined) return;
    const stronger = RANK[found.volatility] - RANK[worst.volatility];
    // A known culprit says more than a suspected one.
    if (stronger > 0 || (stronger === 0 && found.certain && !worst.certain)) worst = found;
  });
  return worst;
}

function inlined(
  { volatility, expression }: FunctionDefinition,
  catalog: Catalog,
  version: number,
): Volatility {
  if (volatility !== "volatile" || expression === undefined) return volatility;
  return expressionVolatility(expression, catalog, version).volatility;
}

function functionCall(call: FuncCall, catalog: Catalog, version: number): ExpressionVolatility {
  const words = stringList(call.funcname);
  const name = words.at(-1) ?? "";
  const schema = words.at(-2);
  const because = `${words.filter((word) => word !== "pg_catalog").join(".")}()`;
  const own = findFunctions(catalog, { schema, name });
  // PostgreSQL looks into pg_catalog first, unless the search_path says otherwise.
  const builtIn =
    schema === undefined || schema === "pg_catalog" ? functionVolatility(name, version) : undefined;
  if (builtIn !== undefined && own.length === 0) {
    return { volatility: builtIn, because, certain: !isOverloaded(name) };
  }
  if (own.length > 0) {
    const given = call.args?.length ?? 0;
    const fitting = own.filter((one) => one.arguments === given);
    const worst = (fitting.length > 0 ? fitting : own)
      .map((one) => inlined(one, catalog, version))
      .reduce((left, right) => (RANK[left] >= RANK[right] ? left : right));
    return { volatility: worst, because, certain: true };
  }
  const ofExtension = EXTENSION_FUNCTIONS[name];
  if (ofExtension !== undefined) return { volatility: ofExtension, because, certain: true };
  return { volatility: "volatile", because, certain: false };
}
