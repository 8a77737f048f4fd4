/** A direction of a migration as a file that lint reads. */
import type { Migration } from "../migrations/migration.ts";
import type { LintFile } from "./read-file.ts";

/** Undefined for the way back of a migration that has none. */
export function lintFileOf(
  migration: Migration,
  direction: "up" | "down",
  placeholders: Readonly<Record<string, string>> | undefined,
): LintFile | undefined {
  const file = migration[direction];
  if (file === undefined) return undefined;
  return {
    path: file.path,
    text: file.bytes,
    ...(direction === "down" ? { down: true } : { hasDown: migration.down !== undefined }),
    ...(migration.language === "module" && { module: true }),
    ...(file.reading && { reading: file.reading }),
    ...(placeholders && file.reading === undefined && { placeholders }),
  };
}
