/**
 * What the constraints of a table prove, so that PostgreSQL does not look at its rows. Never more
 * than the server proves itself (predicate_implied_by in "weak" form: a CHECK that is null passes,
 * so that only IS NOT NULL proves NOT NULL).
 */
import type { Node, PartitionBoundSpec } from "@pgsql/types";
import { type Catalog, type Table } from "./catalog.ts";
import {
  type Claim,
  compareConstants,
  type Condition,
  conditionOf,
  constantText,
  type Operator,
} from "./comparisons.ts";
import { columnOf } from "./find.ts";

/** A validated CHECK says so, or the column is NOT NULL anyway. */
export function provesNotNull(
  table: Table,
  column: string,
  without?: ReadonlySet<string>,
): boolean {
  return conditionsOf(table, without).some((condition) =>
    implies(condition, { kind: "not-null", column }),
  );
}

/** The validated, enforced CHECKs of a table. */
export function conditionsOf(table: Table, without?: ReadonlySet<string>): Condition[] {
  return table.constraints
    .filter(({ kind, valid, enforced }) => kind === "check" && valid && enforced)
    .filter(({ name }) => without?.has(name) !== true)
    .map(({ expression }) => conditionOf(expression));
}

/** Whether the rows of `child` are known to fit the bound, without looking at them. */
export function provesBound(child: Table, parent: Table, bound: Node | "default"): boolean {
  const claims = boundClaims(parent, bound);
  if (claims === undefined) return false;
  const conditions = conditionsOf(child);
  return claims.every((claim) => {
    if (claim.kind === "not-null" && columnOf(child, claim.column)?.notNull === true) return true;
    // What several CHECKs say together counts as one conjunction.
    return implies({ kind: "and", parts: conditions }, claim);
  });
}

/** Whether no row of the default partition can be within the new bound. */
export function excludesBound(defaultPartition: Table, parent: Table, bound: Node): boolean {
  const claims = boundClaims(parent, bound);
  if (claims === undefined) return false;
  const all: Condition = { kind: "and", parts: conditionsOf(defaultPartition) };
  return refutesOneOf(all, claims);
}

/** The bound as a conjunction over one key column; undefined for what the prover cannot be given. */
function boundClaims(parent: Table, bound: Node | "default"): Claim[] | undefined {
  const key = parent.partitionKey;
  const column = key?.columns[0];
  if (bound === "default" || key === undefined || key.columns.length !== 1) return undefined;
  if (typeof column !== "string" || !("PartitionBoundSpec" in bound)) return undefined;
  const spec = bound.PartitionBoundSpec;
  if (key.strategy === "list") return listClaims(column, spec);
  if (key.strategy === "range") return rangeClaims(column, spec);
  return undefined;
}

function listClaims(column: string, { listdatums = [] }: PartitionBoundSpec): Claim[] | undefined {
  const withoutNull = listdatums.filter((datum) => !isNull(datum));
  const values = withoutNull.map(constantText);
  if (values.some((value) => value === undefined)) return undefined;
  return [
    // A list with NULL takes rows without a value as well.
    ...(withoutNull.length < listdatums.length ? [] : [{ kind: "not-null", column } as const]),
    { kind: "in", column, values: values as string[] },
  ];
}

function rangeClaims(
  column: string,
  { lowerdatums = [], upperdatums = [] }: PartitionBoundSpec,
): Claim[] | undefined {
  const claims: Claim[] = [{ kind: "not-null", column }];
  const [lower, upper] = [lowerdatums[0], upperdatums[0]];
  for (const [datum, operator] of [
    [lower, ">="],
    [upper, "<"],
  ] as const) {
    if (isUnbounded(datum)) continue;
    const value = constantText(datum);
    if (value === undefined) return undefined;
    claims.push({ kind: "compare", column, operator, value });
  }
  return claims;
}

function isNull(datum: Node): boolean {
  return "A_Const" in datum && datum.A_Const.isnull === true;
}

/** MINVALUE and MAXVALUE are column references to the grammar. */
function isUnbounded(datum: Node | undefined): boolean {
  if (datum === undefined || !("ColumnRef" in datum)) return false;
  const [field] = datum.ColumnRef.fields ?? [];
  const word = field !== undefined && "String" in field ? (field.String.sval ?? "") : "";
  return word === "minvalue" || word === "maxvalue";
}

export function implies(condition: Condition, claim: Claim): boolean {
  if (condition.kind === "and") return condition.parts.some((part) => implies(part, claim));
  if (condition.kind === "or") {
    return condition.parts.length > 0 && condition.parts.every((part) => implies(part, claim));
  }
  if (condition.kind === "unknown" || condition.column !== claim.column) return false;
  if (claim.kind === "not-null") return condition.kind === "not-null";
  if (condition.kind === "not-null") return false;
  const values = condition.kind === "in" ? condition.values : undefined;
  if (claim.kind === "in") {
    const given = values ?? (isEquality(condition) ? [condition.value] : undefined);
    return given !== undefined && given.every((value) => claim.values.includes(value));
  }
  if (values !== undefined) {
    return values.every((value) => holds("=", value, claim.operator, claim.value));
  }
  if (condition.kind !== "compare") return false;
  return holds(condition.operator, condition.value, claim.operator, claim.value);
}

function isEquality(condition: Claim): condition is Extract<Claim, { kind: "compare" }> {
  return condition.kind === "compare" && condition.operator === "=";
}

/** Whether `x operator value` makes `x claimed limit` true for every x. */
function holds(operator: Operator, value: string, claimed: Operator, limit: string): boolean {
  const order = compareConstants(value, limit);
  if (order === undefined) return false;
  switch (claimed) {
    case ">=":
      return (operator === ">=" || operator === ">" || operator === "=") && order >= 0;
    case ">":
      return operator === ">" ? order >= 0 : (operator === ">=" || operator === "=") && order > 0;
    case "<=":
      return (operator === "<=" || operator === "<" || operator === "=") && order <= 0;
    case "<":
      return operator === "<" ? order <= 0 : (operator === "<=" || operator === "=") && order < 0;
    case "=":
      return operator === "=" && order === 0;
    case "<>":
      if (operator === "<>") return order === 0;
      if (operator === "=") return order !== 0;
      if (operator === "<") return order <= 0;
      if (operator === "<=") return order < 0;
      return operator === ">" ? order >= 0 : order > 0;
  }
}

/** Whether one of the claims is false wherever the condition is true. */
function refutesOneOf(condition: Condition, claims: readonly Claim[]): boolean {
  if (condition.kind === "and") {
    return (
      refutesTogether(condition, claims) ||
      condition.parts.some((part) => refutesOneOf(part, claims))
    );
  }
  if (condition.kind === "or") {
    return (
      condition.parts.length > 0 && condition.parts.every((part) => refutesOneOf(part, claims))
    );
  }
  if (condition.kind === "unknown" || condition.kind === "not-null") return false;
  return refutesTogether(condition, claims);
}

function refutesTogether(condition: Condition, claims: readonly Claim[]): boolean {
  return claims.some(
    (claim) =>
      claim.kind !== "not-null" &&
      opposites(claim).every((opposite) => implies(condition, opposite)),
  );
}

/** What has to be true for a claim to be false. */
function opposites(claim: Extract<Claim, { kind: "compare" | "in" }>): Claim[] {
  if (claim.kind === "in") {
    return claim.values.map((value) => ({
      kind: "compare",
      column: claim.column,
      operator: "<>",
      value,
    }));
  }
  const operator = ({ ">=": "<", "<": ">=", ">": "<=", "<=": ">", "=": "<>", "<>": "=" } as const)[
    claim.operator
  ];
  return [{ ...claim, operator }];
}

/** The catalog is whole enough to say that something is not there. */
export function knowsAll(catalog: Catalog): boolean {
  return catalog.gaps.length === 0;
}
