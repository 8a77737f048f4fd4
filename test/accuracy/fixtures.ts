/** All SQL of the fixtures and examples of this project. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";

const ROOT = join(import.meta.dirname, "../..");
const FOLDERS = ["test/formats", "examples"];

export interface Fixture {
  /** Relative to the root of the project, with slashes. */
  readonly path: string;
  readonly bytes: Buffer;
}

export function readFixtures(): readonly Fixture[] {
  return FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8", withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".sql"))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes(`${sep}node_modules${sep}`)),
  )
    .map((path) => ({
      path: relative(ROOT, path).split(sep).join("/"),
      bytes: readFileSync(path),
    }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** By the folder that a tool is pointed at: migrations of one history stand together. */
export function historyFolder(path: string): string {
  const at = path.indexOf("/migrations/");
  return at === -1 ? dirname(path) : path.slice(0, at + "/migrations".length);
}
