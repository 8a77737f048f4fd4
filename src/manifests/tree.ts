/**
 * Kubernetes objects with a reason for each choice. One tree is printed as commented YAML, printed as
 * a template of the chart, and read as a plain object.
 *
 * A `Helm` value is an expression of a template, `when` its condition: only the chart has them, and
 * `toPlain` refuses a tree that has.
 */

export type Value = string | number | boolean | MapNode | ListNode | Helm;

export interface Field {
  readonly key: string;
  readonly value: Value;
  /** One line: why it is so. */
  readonly why?: string;
  /** The condition of a Helm template under which the field is there. */
  readonly when?: string;
}

export interface MapNode {
  readonly kind: "map";
  readonly fields: readonly Field[];
}

export interface ListNode {
  readonly kind: "list";
  readonly items: readonly Value[];
}

export interface Helm {
  readonly kind: "helm";
  /** An expression without its braces; `lines` has them. */
  readonly expression: string;
  /** `block` gives YAML of several lines under a key, `lines` are lines of the template in a list. */
  readonly as: "inline" | "block" | "lines";
}

/** `undefined` leaves a field out, so that a pattern reads like the object that it makes. */
export function map(...fields: readonly (Field | undefined)[]): MapNode {
  return { kind: "map", fields: fields.filter((one) => one !== undefined) };
}

export function list(...items: readonly (Value | undefined)[]): ListNode {
  return { kind: "list", items: items.filter((one) => one !== undefined) };
}

export function field(key: string, value: Value, why?: string): Field;
export function field(key: string, value: Value | undefined, why?: string): Field | undefined;
export function field(key: string, value: Value | undefined, why?: string): Field | undefined {
  return value === undefined ? undefined : { key, value, ...(why !== undefined && { why }) };
}

export function when(condition: string, one: Field): Field {
  return { ...one, when: condition };
}

export function helm(expression: string): Helm {
  return { kind: "helm", expression, as: "inline" };
}

export function helmBlock(expression: string): Helm {
  return { kind: "helm", expression, as: "block" };
}

export function helmLines(text: string): Helm {
  return { kind: "helm", expression: text, as: "lines" };
}

/** The same among the fields of a map; it has no key of its own. */
export function lines(text: string): Field {
  return { key: "", value: helmLines(text) };
}

/** A field that may be left out: always, or under a condition of the template. */
export type Maybe = Value | undefined | { readonly when: string; readonly value: Value };

export function maybe(key: string, given: Maybe, why?: string): Field | undefined {
  if (typeof given === "object" && "when" in given) {
    return when(given.when, field(key, given.value, why));
  }
  return field(key, given, why);
}

/** Text by text, in the order of the keys. */
export function mapOf(values: Readonly<Record<string, string>>): MapNode {
  return map(...Object.entries(values).map(([key, value]) => field(key, value)));
}

export type Plain =
  | string
  | number
  | boolean
  | readonly Plain[]
  | { readonly [key: string]: Plain };

export function toPlain(value: Value): Plain {
  if (typeof value !== "object") return value;
  if (value.kind === "list") return value.items.map(toPlain);
  if (value.kind === "helm") throw new TypeError(`{{ ${value.expression} }} has no value here`);
  return Object.fromEntries(
    value.fields.map((one) => {
      if (one.when !== undefined) throw new TypeError(`${one.key} has a condition`);
      return [one.key, toPlain(one.value)];
    }),
  );
}
