/**
 * The builder of the node-pg-migrate that the project has installed. Where it is found changed with
 * the major versions; that it takes the same arguments did not. Tried with 6.2, 7.9, 8.0 and 9.0.
 */
import { loadPackage } from "../../migrations/load-module.ts";
import type { Builder } from "./builder.ts";
import type { Shorthands } from "./names.ts";

export type BuilderClass = new (
  db: unknown,
  shorthands: Shorthands,
  decamelize: boolean,
  logger: unknown,
) => Builder;

/** From version 8 on, of version 7, and before. */
const PLACES = ["", "/dist/migrationBuilder", "/dist/migration-builder"] as const;

/** As a module at this path would import it; undefined: not installed. */
export async function installedBuilder(from: string): Promise<BuilderClass | undefined> {
  for (const place of PLACES) {
    const exports = await loadPackage(`node-pg-migrate${place}`, from);
    if (exports === undefined && place === "") return undefined;
    const found = Object.values({ ...asObject(exports?.["default"]), ...exports }).find(isBuilder);
    if (found) return found;
  }
  return undefined;
}

function isBuilder(value: unknown): value is BuilderClass {
  return (
    typeof value === "function" &&
    typeof (value.prototype as Partial<Builder> | undefined)?.getSqlSteps === "function"
  );
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
