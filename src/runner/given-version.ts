/** A version as somebody typed it. */
import { Failure } from "../failures/failure.ts";
import type { Version } from "../migrations/migration.ts";
import { parseVersion } from "../migrations/version.ts";

/** `007` is 7, as in file names. Throws a usage Failure. */
export function parseGivenVersion(text: string): Version {
  const version = parseVersion(text);
  if (version !== undefined) return version;
  throw new Failure({ class: "usage", what: `\`${text}\` is not a version: versions are digits.` });
}
