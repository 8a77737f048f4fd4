/**
 * Scripts that build a whole schema at once, in the place of the versions up to theirs: which of the
 * two a database gets depends on what is applied in it. Only other tools' folders have them.
 */
import type { Migration, Version } from "./migration.ts";

/**
 * The files that count for a database with these applied versions. Nothing applied: the newest
 * script, and no version up to its own. A script applied: it, and of the versions up to its own only
 * those that are recorded too. Otherwise the scripts are as if they were not there.
 */
export function withBaselineScripts(
  migrations: readonly Migration[],
  rows: readonly { readonly version: string | null }[],
  compare: (a: Version, b: Version) => number,
): readonly Migration[] {
  const scripts = migrations.filter(({ baseline }) => baseline);
  if (scripts.length === 0) return migrations;
  const applied = new Set(rows.flatMap(({ version }) => version ?? []));
  const candidates =
    applied.size === 0 ? scripts : scripts.filter(({ version }) => applied.has(version!));
  const script = candidates.reduce<Migration | undefined>(
    (newest, one) => (newest && compare(newest.version!, one.version!) > 0 ? newest : one),
    undefined,
  );
  return migrations.filter((migration) => {
    const { version, baseline } = migration;
    if (version === undefined || migration === script || applied.has(version)) return true;
    if (baseline) return false;
    return script === undefined || compare(version, script.version!) > 0;
  });
}
