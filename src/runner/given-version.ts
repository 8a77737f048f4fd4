/** A version as somebody typed it. */
import { Failure } from "../failures/failure.ts";
import type { MigrationSet, Version } from "../migrations/migration.ts";
import { parseVersion } from "../migrations/version.ts";

/**
 * The version of a migration of the set that is named by its version or its id, or else whole
 * digits: `007` is 7, as in file names. Throws a usage Failure.
 */
export function givenVersion(text: string, { migrations }: MigrationSet): Version {
  const digits = parseVersion(text);
  const named =
    migrations.find(({ version }) => version === text) ??
    migrations.find(({ version }) => version !== undefined && version === digits) ??
    migrations.find(({ id, version }) => version !== undefined && id === text) ??
    migrations.find(
      ({ version }) =>
        version !== undefined && digits !== undefined && parseVersion(version) === digits,
    );
  const version = named?.version ?? digits;
  if (version !== undefined) return version;
  throw new Failure({
    class: "usage",
    what: `\`${text}\` is not a version of this project.`,
    action: "Give the version of a file in the folder; `lockstep status` lists them.",
  });
}
