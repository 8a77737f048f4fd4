/**
 * The folder or folders of a project as a format sees them: names first, bytes when they are asked
 * for, each file read once. Several folders are one: their files together.
 */
import { lstatSync, statSync, type Dirent } from "node:fs";
import { join } from "node:path";
import { addUnreadable, listFolder, showPath } from "../migrations/discover.ts";
import { FileReader, type UnsavedFiles } from "../migrations/file-reader.ts";
import type { Problems } from "../migrations/problems.ts";

export interface FolderFile {
  /** Name without its folder: `1_a.up.sql`. */
  readonly name: string;
  /** Relative to its root, with `/`: `20240101_init/migration.sql`. */
  readonly relativePath: string;
  /** As shown to people. */
  readonly path: string;
  readonly absolutePath: string;
}

export interface FolderEntries {
  readonly files: readonly FolderFile[];
  /** Relative paths of the folders, with `/`. */
  readonly folders: readonly string[];
}

export interface Folder {
  /** Absolute paths, without doubles. */
  readonly roots: readonly string[];
  /** The roots as shown to people. */
  readonly shown: string;
  /** Files and folders directly below the roots (or below a folder of them), by name. Hidden ones are left out. */
  list(below?: string): FolderEntries;
  /** All files below, at any depth, by relative path. A symbolic link to a folder is not followed. */
  listAll(): readonly FolderFile[];
  /** A file by its path relative to a root. */
  file(relativePath: string): FolderFile | undefined;
  /** The bytes; a problem and undefined when it cannot be read. */
  read(file: FolderFile, problems?: Problems): Buffer | undefined;
  /** As text, for looking; empty when it cannot be read. */
  text(file: FolderFile): string;
}

export function openFolder(roots: readonly string[], cwd: string, unsaved?: UnsavedFiles): Folder {
  return new OpenFolder(roots, cwd, unsaved);
}

class OpenFolder implements Folder {
  readonly roots: readonly string[];
  readonly shown: string;
  readonly #cwd: string;
  readonly #reader: FileReader;
  readonly #bytes = new Map<string, Buffer>();
  readonly #listed = new Map<string, FolderEntries>();

  constructor(roots: readonly string[], cwd: string, unsaved: UnsavedFiles | undefined) {
    this.#reader = new FileReader(unsaved);
    this.roots = roots;
    this.#cwd = cwd;
    this.shown = roots.map((root) => `\`${showPath(root, cwd) || "."}\``).join(", ");
  }

  list(below = ""): FolderEntries {
    const known = this.#listed.get(below);
    if (known) return known;
    const files: FolderFile[] = [];
    const folders = new Set<string>();
    for (const root of this.roots) {
      const absolute = below === "" ? root : join(root, below);
      if (below !== "" && !isFolder(absolute)) continue;
      for (const entry of listFolder(absolute, this.#cwd)) {
        if (entry.name.startsWith(".")) continue;
        const relativePath = below === "" ? entry.name : `${below}/${entry.name}`;
        if (leadsToFolder(entry, join(absolute, entry.name))) folders.add(relativePath);
        else files.push(this.#fileAt(root, relativePath));
      }
    }
    const entries = { files, folders: [...folders] };
    this.#listed.set(below, entries);
    return entries;
  }

  listAll(): readonly FolderFile[] {
    const all: FolderFile[] = [];
    const visited = new Set<string>();
    const visit = (below: string): void => {
      const { files, folders } = this.list(below);
      all.push(...files);
      for (const folder of folders) {
        if (this.roots.some((root) => isLink(join(root, folder))) || visited.has(folder)) continue;
        visited.add(folder);
        visit(folder);
      }
    };
    visit("");
    return all.toSorted((a, b) => (a.relativePath < b.relativePath ? -1 : 1));
  }

  file(relativePath: string): FolderFile | undefined {
    const at = relativePath.lastIndexOf("/");
    const { files } = this.list(at === -1 ? "" : relativePath.slice(0, at));
    return files.find((file) => file.relativePath === relativePath);
  }

  read(file: FolderFile, problems?: Problems): Buffer | undefined {
    const known = this.#bytes.get(file.absolutePath);
    if (known) return known;
    try {
      if (!statSync(file.absolutePath).isFile()) {
        // A pipe must not even be opened, because that waits for its writer.
        problems?.addFile(
          "file.invalid",
          file.path,
          `\`${file.path}\` has the name of a migration and is not a file.`,
          "Replace it with a file, or rename it.",
        );
        return undefined;
      }
      const bytes = this.#reader.read(file.absolutePath);
      this.#bytes.set(file.absolutePath, bytes);
      return bytes;
    } catch (cause) {
      if (problems) addUnreadable(problems, file.path, cause);
      return undefined;
    }
  }

  text(file: FolderFile): string {
    return this.read(file)?.toString("utf8") ?? "";
  }

  #fileAt(root: string, relativePath: string): FolderFile {
    const absolutePath = join(root, relativePath);
    return {
      name: relativePath.slice(relativePath.lastIndexOf("/") + 1),
      relativePath,
      path: showPath(absolutePath, this.#cwd),
      absolutePath,
    };
  }
}

function leadsToFolder(entry: Dirent, path: string): boolean {
  return entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path));
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    // A link that leads back to itself: as a file it is reported when it is read.
    return false;
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}
