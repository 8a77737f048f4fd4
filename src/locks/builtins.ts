/**
 * What the server's own functions and types are like, read from the catalogs of 14 to 18. To be
 * imported late: the names alone are some 40 kB.
 */
import facts from "./facts/builtins.json" with { type: "json" };

export type Volatility = "volatile" | "stable" | "immutable";

/** The form of facts/builtins.json. */
export interface Builtins {
  /** Names of functions, separated by blanks, that are the same on all versions. */
  readonly volatile: string;
  readonly stable: string;
  readonly immutable: string;
  /** The others: by major version, which is missing where there is no such function. */
  readonly differing: Readonly<Record<string, Readonly<Record<number, Volatility>>>>;
  /** Names of functions of which one with other arguments is less volatile, on some version. */
  readonly overloaded: string;
  /** `from to`. */
  readonly binaryCasts: readonly string[];
}

const BUILTINS = facts as Builtins;
const OLDEST = 14;
const NEWEST = 18;

const volatilities = new Map<string, Volatility>(
  (["volatile", "stable", "immutable"] as const).flatMap((volatility) =>
    BUILTINS[volatility].split(" ").map((name) => [name, volatility] as const),
  ),
);
const differing = new Map(Object.entries(BUILTINS.differing));
const overloaded = new Set(BUILTINS.overloaded.split(" "));
const binaryCasts = new Set(BUILTINS.binaryCasts);

/**
 * Of the functions of pg_catalog with this name the most volatile. Undefined: the version has none.
 * A version that was not looked at counts as the nearest one that was.
 */
export function functionVolatility(name: string, major: number): Volatility | undefined {
  const measured = Math.min(NEWEST, Math.max(OLDEST, Math.trunc(major)));
  return volatilities.get(name) ?? differing.get(name)?.[measured];
}

/** Whether the volatility of a function with this name depends on its arguments: `length`. */
export function isOverloaded(name: string): boolean {
  return overloaded.has(name);
}

/**
 * Whether a value of one type is one of the other without a change of its bytes, by the names of
 * pg_type: `int4`, `varchar`, `text`. This is about the types alone: a shorter length or another
 * precision has to be looked at as well, and `bpchar` without a length is one of 1.
 */
export function isBinaryCoercible(from: string, to: string): boolean {
  return from === to || binaryCasts.has(`${from} ${to}`);
}
