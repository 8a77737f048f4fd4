/** Whether values can lose something on the way from one type to another. */
import type { ColumnType } from "../../../catalog/catalog.ts";

export interface Narrowing {
  /** Values are changed without a word; otherwise the statement fails at the first that does not fit. */
  readonly silent: boolean;
  /** "digits behind the point". */
  readonly what: string;
}

const INTEGERS = ["int2", "int4", "int8"];
const INEXACT = ["float4", "float8"];
const TEXTS = ["varchar", "bpchar"];
/** Digits that a float keeps of an integer: all of those that are not wider than this one. */
const EXACT_IN: Readonly<Record<string, string>> = { float4: "int2", float8: "int4" };

/** `cast`: the USING expression casts to the type, which cuts texts where an assignment refuses. */
export function narrowing(from: ColumnType, to: ColumnType, cast: boolean): Narrowing | undefined {
  if (from.schema !== undefined || to.schema !== undefined || from.array !== to.array) return;
  if (TEXTS.includes(to.name)) return texts(from, to, cast);
  if (INTEGERS.includes(to.name)) {
    if (from.name === "numeric" || INEXACT.includes(from.name))
      return loses("what is behind the point");
    return INTEGERS.indexOf(from.name) > INTEGERS.indexOf(to.name)
      ? refuses("numbers out of its range")
      : undefined;
  }
  if (INEXACT.includes(to.name)) {
    const narrower = to.name === "float4" && from.name === "float8";
    const wide = INTEGERS.indexOf(from.name) > INTEGERS.indexOf(EXACT_IN[to.name] ?? "");
    return narrower || wide || from.name === "numeric" ? loses("digits") : undefined;
  }
  if (to.name === "numeric") return numerics(from, to);
  return times(from, to);
}

function texts(from: ColumnType, to: ColumnType, cast: boolean): Narrowing | undefined {
  const limit = to.typmods[0] ?? (to.name === "bpchar" ? 1 : undefined);
  const before = TEXTS.includes(from.name) ? from.typmods[0] : undefined;
  const text = from.name === "text" || TEXTS.includes(from.name);
  if (limit === undefined || !text || (before !== undefined && before <= limit)) return undefined;
  const characters = `${limit} character${limit === 1 ? "" : "s"}`;
  return cast ? loses(`what is beyond ${characters}`) : refuses(`more than ${characters}`);
}

function numerics(from: ColumnType, to: ColumnType): Narrowing | undefined {
  const [precision, scale = 0] = to.typmods;
  if (precision === undefined) return undefined;
  if (INEXACT.includes(from.name)) return loses("digits behind the point");
  if (from.name !== "numeric") return undefined;
  const [before, oldScale = 0] = from.typmods;
  if (before === undefined || oldScale > scale) return loses("digits behind the point");
  return before - oldScale > precision - scale ? refuses("numbers out of its range") : undefined;
}

function times(from: ColumnType, to: ColumnType): Narrowing | undefined {
  const stamp = from.name === "timestamp" || from.name === "timestamptz";
  if (stamp && to.name === "date") return loses("the time of day");
  if (stamp && to.name === "time") return loses("the date");
  if (from.name === "timetz" && to.name === "time") return loses("the zone");
  const precise = ["timestamp", "timestamptz", "time", "timetz"];
  if (!precise.includes(from.name) || !precise.includes(to.name)) return undefined;
  return (to.typmods[0] ?? 6) < (from.typmods[0] ?? 6) ? loses("fractions of a second") : undefined;
}

function loses(what: string): Narrowing {
  return { silent: true, what };
}

function refuses(what: string): Narrowing {
  return { silent: false, what };
}
