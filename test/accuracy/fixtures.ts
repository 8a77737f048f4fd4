/** All SQL of the fixtures and examples of this project. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");
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

/** The folder that a tool is pointed at: `test/formats/dbmate/migrations`, `examples/shop/migrations`. */
export function historyFolder(path: string): string {
  const depth = path.startsWith("examples/") ? 3 : 4;
  return path.split("/").slice(0, depth).join("/");
}
