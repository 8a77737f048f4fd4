/**
 * Whether ALTER COLUMN … TYPE rewrites the table. PostgreSQL decides it from the expression that
 * turns the old value into the new one: when that is the column itself, relabelled, no row changes
 * (ATColumnChangeRequiresRewrite). The length coercions that the planner removes when they only
 * widen are those of varchar, numeric, varbit, timestamp, timestamptz, time, timetz and interval.
 */
import type { Node, TypeName } from "@pgsql/types";
import { isBinaryCoercible } from "../locks/builtins.ts";
import { stringList } from "../sql/tree.ts";
import type { Catalog, ColumnType } from "./catalog.ts";
import { findType, sameType, typeText } from "./find.ts";
import { columnType } from "./replay/column-type.ts";

export interface TypeChange {
  readonly rewrites: boolean;
  readonly certain: boolean;
  readonly reason: string;
  /** With another TimeZone of the session it would be decided otherwise. */
  readonly dependsOnTimeZone?: boolean;
}

export interface TypeChangeInput {
  readonly from: ColumnType;
  readonly to: ColumnType;
  readonly column: string;
  readonly using?: Node | undefined;
  readonly catalog: Catalog;
  /** Whether the session's TimeZone is UTC, as far as it is known. */
  readonly utc: boolean | undefined;
}

/** Casts without a function of the extensions that are everywhere; pg_cast of citext, 14–18. */
const OF_EXTENSIONS: ReadonlySet<string> = new Set([
  "citext>text",
  "citext>varchar",
  "text>citext",
  "varchar>citext",
]);

export function typeChange(input: TypeChangeInput): TypeChange {
  const { from, to, using, column, catalog } = input;
  let start = from;
  if (using !== undefined) {
    const casts = castsOf(using, column);
    if (casts === undefined) return rewrite("its USING expression is evaluated for each row");
    for (const cast of casts) {
      const next = columnType(catalog, cast);
      const step = convert(start, next, input);
      if (step.rewrites) return step;
      start = next;
    }
  }
  return convert(start, to, input);
}

/** The types of `column::a::b`, inside out; undefined when it is more than casts of the column. */
function castsOf(using: Node, column: string): TypeName[] | undefined {
  const casts: TypeName[] = [];
  let node = using;
  while ("TypeCast" in node) {
    const { arg, typeName } = node.TypeCast;
    if (arg === undefined || typeName === undefined) return undefined;
    casts.unshift(typeName);
    node = arg;
  }
  if (!("ColumnRef" in node)) return undefined;
  return stringList(node.ColumnRef.fields).at(-1) === column ? casts : undefined;
}

function convert(from: ColumnType, to: ColumnType, input: TypeChangeInput): TypeChange {
  if (sameType(from, to)) return keep("the type is the same");
  const target = findType(input.catalog, to);
  if (target?.kind === "domain") {
    const constrained = domainIsConstrained(input.catalog, to);
    if (constrained) return rewrite(`the domain \`${typeText(to)}\` has constraints to check`);
    return convert(from, { ...target.base, array: target.base.array || to.array }, input);
  }
  const source = findType(input.catalog, from);
  if (source?.kind === "domain") return convert(source.base, to, input);
  if (from.array !== to.array) return rewrite("an array and its element are stored differently");
  if (from.array) return arrays(from, to);
  if (from.schema !== undefined || to.schema !== undefined) return foreignTypes(from, to, input);
  if (from.name === to.name) return lengths(from, to);
  const names = `${from.name}>${to.name}`;
  if (names === "timestamp>timestamptz" || names === "timestamptz>timestamp") {
    return timeZones(from, to, input);
  }
  if (!isBinaryCoercible(from.name, to.name) && !OF_EXTENSIONS.has(names)) {
    return rewrite(`\`${typeText(from)}\` and \`${typeText(to)}\` are stored differently`);
  }
  // Relabelled; a length that the new type asks for is then enforced row by row.
  return to.typmods.length === 0
    ? keep("the stored bytes are the same")
    : rewrite(`each value has to be checked against the length of \`${typeText(to)}\``);
}

function lengths(from: ColumnType, to: ColumnType): TypeChange {
  const [oldLength, oldScale = 0] = from.typmods;
  const [newLength, newScale = 0] = to.typmods;
  const same = keep("only the limit grows");
  const narrower = rewrite(`each value has to be checked against the limit of \`${typeText(to)}\``);
  switch (from.name) {
    case "varchar":
    case "varbit":
      if (newLength === undefined) return same;
      return oldLength !== undefined && newLength >= oldLength ? same : narrower;
    case "numeric":
      if (newLength === undefined) return same;
      return oldLength !== undefined && newLength >= oldLength && newScale === oldScale
        ? same
        : narrower;
    case "timestamp":
    case "timestamptz":
    case "time":
    case "timetz": {
      const precision = newLength ?? 6;
      return precision >= 6 || (oldLength !== undefined && precision >= oldLength)
        ? same
        : narrower;
    }
    case "interval":
      return intervals(from, to) ? same : narrower;
    case "bpchar":
    case "bit":
      return rewrite(`\`${from.name}\` is padded to its length`);
    default:
      return narrower;
  }
}

/** The whole range of fields; INTERVAL_FULL_RANGE in utils/timestamp.h, and its precision. */
const FULL_RANGE = 0x7fff;
/** Bits of the fields of an interval, the smallest first, as in utils/datetime.h. */
const FIELDS = [1 << 12, 1 << 11, 1 << 10, 1 << 3, 1 << 1, 1 << 2] as const;

function intervals(from: ColumnType, to: ColumnType): boolean {
  const [oldRange = FULL_RANGE, oldPrecision = 6] = from.typmods;
  const [newRange = FULL_RANGE, newPrecision = 6] = to.typmods;
  const least = (range: number): number => {
    const at = FIELDS.findIndex((field) => (range & field) !== 0);
    return at === -1 ? FIELDS.length : at;
  };
  const wide = newRange === FULL_RANGE || least(newRange) <= least(oldRange);
  return wide && (newPrecision >= 6 || newPrecision >= oldPrecision);
}

function timeZones(from: ColumnType, to: ColumnType, { utc }: TypeChangeInput): TypeChange {
  if (to.typmods.length > 0 && (to.typmods[0] ?? 6) < 6 && to.typmods[0] !== from.typmods[0]) {
    return rewrite(`each value is rounded to \`${typeText(to)}\``);
  }
  if (utc === true) return keep("the session's TimeZone is UTC, so that the stored bytes agree");
  return {
    rewrites: true,
    certain: utc === false,
    dependsOnTimeZone: true,
    reason: "it is free only while the session's TimeZone is UTC",
  };
}

function arrays(from: ColumnType, to: ColumnType): TypeChange {
  const element = { ...from, array: false };
  const next = { ...to, array: false };
  if (sameType(element, next)) return keep("the type is the same");
  if (next.typmods.length === 0 && element.name === next.name) return keep("only the limit goes");
  return rewrite("each element has to be converted");
}

/** Types that no migration of ours defines come from extensions, and bring casts of their own. */
function foreignTypes(from: ColumnType, to: ColumnType, { catalog }: TypeChangeInput): TypeChange {
  const known =
    (from.schema === undefined || findType(catalog, from) !== undefined) &&
    (to.schema === undefined || findType(catalog, to) !== undefined);
  return {
    rewrites: true,
    certain: known,
    reason: known
      ? `\`${typeText(from)}\` and \`${typeText(to)}\` are stored differently`
      : `how \`${typeText(from)}\` becomes \`${typeText(to)}\` is not known from the files`,
  };
}

/** A domain with a CHECK or NOT NULL, of its own or of the domain below it. */
export function domainIsConstrained(catalog: Catalog, type: ColumnType): boolean {
  const found = findType(catalog, type);
  if (found?.kind !== "domain") return false;
  return found.notNull || found.checks.length > 0 || domainIsConstrained(catalog, found.base);
}

function keep(reason: string): TypeChange {
  return { rewrites: false, certain: true, reason };
}

function rewrite(reason: string): TypeChange {
  return { rewrites: true, certain: true, reason };
}
