/** Which files of a folder are migrations of node-pg-migrate, and in what order. */
import { extname } from "node:path";

export const SQL = ".sql";
const MODULES: ReadonlySet<string> = new Set([".js", ".ts", ".cjs", ".mjs", ".cts", ".mts"]);

export function isModuleName(name: string): boolean {
  return MODULES.has(extname(name).toLowerCase()) && !/\.d\.[cm]?ts$/i.test(name);
}

/** Only the last ending goes: `1_a.up.sql` is `1_a.up`. */
export function baseName(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

/**
 * The number in front: an index, milliseconds since 1970, or with exactly 17 digits a UTC time.
 * Undefined: the tool refuses the folder. NaN, of a date that does not exist, equals everything.
 */
export function prefixOf(name: string): number | undefined {
  const digits = /^\d+/.exec(name)?.[0];
  if (digits === undefined) return undefined;
  if (digits.length !== 17) return Number(digits);
  const part = (from: number, to: number): string => digits.slice(from, to);
  return Date.parse(
    `${part(0, 4)}-${part(4, 6)}-${part(6, 8)}T${part(8, 10)}:${part(10, 12)}:${part(12, 14)}.${part(14, 17)}Z`,
  );
}

const COLLATOR = new Intl.Collator("en", { numeric: true, ignorePunctuation: true });

/** By number, then by name as people sort it. */
export function comparePrefixed(a: string, b: string): number {
  return (prefixOf(a) ?? 0) - (prefixOf(b) ?? 0) || COLLATOR.compare(a, b);
}
