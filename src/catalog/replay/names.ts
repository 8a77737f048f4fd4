/**
 * The names that the server makes where the author gave none: makeObjectName, ChooseRelationName,
 * ChooseConstraintName and ChooseIndexName of its source, 14–18.
 */
import { type Catalog, keyOf } from "../catalog.ts";

/** NAMEDATALEN - 1: names are cut to so many bytes. */
const MOST_BYTES = 63;

/** `name1_name2_label`, the longer of the two names cut until it fits. */
export function objectName(name1: string, name2: string | undefined, label: string): string {
  const overhead = label.length + 1 + (name2 === undefined ? 0 : 1);
  let first = Buffer.byteLength(name1);
  let second = name2 === undefined ? 0 : Buffer.byteLength(name2);
  while (first + second > MOST_BYTES - overhead) {
    if (first > second) first -= 1;
    else second -= 1;
  }
  const parts = [clip(name1, first)];
  if (name2 !== undefined) parts.push(clip(name2, second));
  return [...parts, label].join("_");
}

/** The longest beginning of whole characters that has at most so many bytes. */
export function clip(text: string, bytes: number): string {
  const buffer = Buffer.from(text);
  if (buffer.length <= bytes) return text;
  let end = bytes;
  // A byte 10xxxxxx continues a character.
  while (end > 0 && (buffer[end]! & 0xc0) === 0x80) end -= 1;
  return buffer.toString("utf8", 0, end);
}

/** For indexes (of constraints, too) and sequences. */
export function freeRelationName(
  catalog: Catalog,
  schema: string,
  [name1, name2, label]: readonly [name1: string, name2: string | undefined, label: string],
  ofConstraint: boolean,
): string {
  for (let pass = 0; ; pass += 1) {
    const name = objectName(name1, name2, pass === 0 ? label : `${label}${pass}`);
    const key = keyOf(schema, name);
    if (catalog.relations.has(key)) continue;
    if (ofConstraint && catalog.constraintNames.has(key)) continue;
    return name;
  }
}

export function freeConstraintName(
  catalog: Catalog,
  schema: string,
  [name1, name2, label]: readonly [name1: string, name2: string | undefined, label: string],
): string {
  for (let pass = 0; ; pass += 1) {
    const name = objectName(name1, name2, pass === 0 ? label : `${label}${pass}`);
    if (!catalog.constraintNames.has(keyOf(schema, name))) return name;
  }
}

/** The columns' part of a name: `a_b`. The server stops once there is enough to cut. */
export function joinedColumns(names: readonly string[]): string {
  let joined = "";
  for (const name of names) {
    joined += joined === "" ? name : `_${name}`;
    if (Buffer.byteLength(joined) > MOST_BYTES) break;
  }
  return joined;
}

/** The columns of an index get names of their own, which tell equal ones apart by a number. */
export function distinctNames(names: readonly string[]): string[] {
  const distinct: string[] = [];
  for (const name of names) {
    let candidate = name;
    for (let number = 1; distinct.includes(candidate); number += 1) {
      candidate = `${clip(name, MOST_BYTES - String(number).length)}${number}`;
    }
    distinct.push(candidate);
  }
  return distinct;
}
