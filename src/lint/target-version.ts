/** The versions of PostgreSQL for which lint has facts. */
import { Failure } from "../failures/failure.ts";
import { NEWEST_VERSION, OLDEST_VERSION } from "../locks/versions.ts";

/** Throws a Failure of the class for a version that nobody has measured. */
export function checkVersion(version: number, failureClass: "usage" | "config.invalid"): void {
  if (Number.isInteger(version) && version >= OLDEST_VERSION && version <= NEWEST_VERSION) return;
  throw new Failure({
    class: failureClass,
    what: `PostgreSQL ${version} is not one that Lockstep knows.`,
    action: `Give a major version from ${OLDEST_VERSION} to ${NEWEST_VERSION}.`,
  });
}
