/**
 * The checksum of a module covers what it imports by a relative path, transitively: an applied
 * migration whose helper was edited is an edited migration. Packages are not covered; they have a
 * lock file. A module that imports nothing relative has the checksum of its bytes alone.
 */
import { readFileSync, statSync } from "node:fs";
import { dirname, extname, join, relative, sep } from "node:path";

import { Failure } from "../failures/failure.ts";
import { checksumOf } from "./checksum.ts";
import { findSpecifiers } from "./import-scan.ts";
import type { Checksum } from "./migration.ts";

export interface ModuleHasher {
  checksumOfModule(absolutePath: string, bytes: Buffer): Checksum;
}

interface ScannedFile {
  readonly checksum: Checksum;
  /** Absolute paths. */
  readonly imports: readonly string[];
}

/** A JavaScript ending may stand for a TypeScript file, as TypeScript's own resolution has it. */
const TYPESCRIPT_FOR: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx"],
  ".jsx": [".tsx"],
  ".mjs": [".mts"],
  ".cjs": [".cts"],
};
const ENDINGS = [".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx", ".json"];

/** Files that several migrations import are read once per hasher. */
export function createModuleHasher(showPath: (absolutePath: string) => string): ModuleHasher {
  const scanned = new Map<string, ScannedFile>();

  const scan = (path: string, bytes: Buffer): ScannedFile => {
    const isCode = /\.[cm]?[jt]sx?$/i.test(path);
    const imports = isCode
      ? resolveAll(path, findSpecifiers(bytes.toString("utf8")), showPath)
      : [];
    const file = { checksum: checksumOf(bytes), imports };
    scanned.set(path, file);
    return file;
  };

  return {
    checksumOfModule(absolutePath, bytes) {
      const own = scanned.get(absolutePath) ?? scan(absolutePath, bytes);
      const lines: string[] = [];
      const seen = new Set([absolutePath]);
      const waiting = [...own.imports];
      for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
        if (seen.has(path)) continue;
        seen.add(path);
        const file = scanned.get(path) ?? scan(path, readFileSync(path));
        // Relative to the module, so that the folder may be anywhere and its name may change.
        const shown = relative(dirname(absolutePath), path).split(sep).join("/");
        lines.push(`${shown} ${file.checksum}`);
        waiting.push(...file.imports);
      }
      if (lines.length === 0) return own.checksum;
      return checksumOf(Buffer.from([own.checksum, ...lines.toSorted()].join("\n")));
    },
  };
}

function resolveAll(
  importer: string,
  specifiers: readonly string[],
  showPath: (absolutePath: string) => string,
): string[] {
  const found: string[] = [];
  for (const specifier of new Set(specifiers)) {
    if (!/^\.\.?(?:\/|$)/.test(specifier)) continue;
    const wanted = join(dirname(importer), specifier.replace(/[?#].*$/, ""));
    const path = candidates(wanted).find(isFile);
    if (path === undefined) {
      const shown = showPath(importer);
      throw new Failure({
        class: "module.invalid",
        what: `\`${shown}\` imports \`${specifier}\`, and \`${showPath(wanted)}\` does not exist.`,
        action: "Add the file or correct the import.",
        location: { file: shown, line: 1, column: 1 },
      });
    }
    found.push(path);
  }
  return found;
}

function candidates(wanted: string): string[] {
  const ending = extname(wanted);
  const stem = wanted.slice(0, wanted.length - ending.length);
  return [
    wanted,
    ...(TYPESCRIPT_FOR[ending] ?? []).map((typescript) => stem + typescript),
    ...ENDINGS.map((each) => wanted + each),
    ...ENDINGS.map((each) => join(wanted, `index${each}`)),
  ];
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
