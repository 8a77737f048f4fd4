/**
 * The change sets of a folder in their order: as its master changelog includes them, or else those
 * of all formatted SQL files by path.
 */
import { posix } from "node:path";
import type { FolderFile } from "../folder.ts";
import type { ReadInput } from "../format.ts";
import type { ChangeSet } from "./change-set.ts";
import { allowsDbms, Filters } from "./filters.ts";
import { isFormatted, readFormatted } from "./formatted-sql.ts";
import { Parameters } from "./parameters.ts";
import { readStructured, STRUCTURED, type Entry } from "./structured.ts";

const MASTER = /^(?:db[._-]?)?(?:changelog|master|root|main)(?:[._-](?:master|root|main))?\.\w+$/i;
/** What they say holds for change sets of the same file only, and such a file is refused. */
const WITHOUT_EFFECT = new Set(["logicalFilePath", "objectQuotingStrategy", "changeLogId"]);

export function readChangelogs(input: ReadInput): ChangeSet[] {
  const changelogs = new Changelogs(input);
  const master = changelogs.findMaster();
  if (master) changelogs.read(master, master.relativePath);
  else if (input.problems.isEmpty) changelogs.readAll();
  return changelogs.found;
}

class Changelogs {
  readonly found: ChangeSet[] = [];
  readonly #input: ReadInput;
  readonly #parameters: Parameters;
  readonly #filters: Filters;
  /** By relative path, so that a file that is included twice counts once. */
  readonly #read = new Set<string>();
  readonly #structured = new Map<string, readonly Entry[] | string | undefined>();
  #all: readonly FolderFile[] | undefined;

  constructor(input: ReadInput) {
    this.#input = input;
    this.#parameters = new Parameters(input.placeholders, input.env);
    this.#filters = new Filters(input.env);
  }

  /** The changelog that includes the others, among the files directly in the folder. */
  findMaster(): FolderFile | undefined {
    const { folder, problems } = this.#input;
    const files = folder.list().files;
    const logs = files.filter((file) => {
      if (STRUCTURED.test(file.name)) return this.#entriesOf(file) !== undefined;
      return (
        /\.sql$/i.test(file.name) &&
        /^\s*--\s*include(?:All)?\s+(?:file|path):/im.test(folder.text(file))
      );
    });
    if (logs.length <= 1) return logs[0];
    const included = new Set(
      logs.flatMap((file) => {
        const entries = this.#entriesOf(file);
        return Array.isArray(entries)
          ? entries.map(({ attributes }) => posix.basename(attributes["file"] ?? ""))
          : [];
      }),
    );
    const tops = logs.filter(({ name }) => !included.has(name));
    const named = tops.filter(({ name }) => MASTER.test(name));
    const [first, second] = tops.length === 1 ? tops : named;
    if (first && second === undefined) return first;
    problems.addFile(
      "file.format",
      (first ?? logs[0]!).path,
      `The folder has several changelogs that are not included by another: ${tops.map(({ path }) => `\`${path}\``).join(", ")}.`,
      "Name the one that includes the others `db.changelog-master`, or move the others out of the folder.",
    );
    return undefined;
  }

  /** Without a master: every formatted file, at any depth, by its path. */
  readAll(): void {
    for (const file of this.#files()) {
      if (!/\.sql$/i.test(file.name)) continue;
      const bytes = this.#bytesOf(file);
      if (bytes === undefined) continue;
      if (isFormatted(bytes)) this.read(file, file.relativePath);
      else if (!file.relativePath.includes("/") && bytes.length > 0) {
        this.#input.problems.addFile(
          "file.invalid",
          file.path,
          `\`${file.path}\` does not begin with \`--liquibase formatted sql\`.`,
          "Write that line at its top, include the file in a changelog, or move it out of the folder.",
        );
      }
    }
  }

  /** `path`: how Liquibase calls the file. */
  read(file: FolderFile, path: string): void {
    if (this.#read.has(file.relativePath)) return;
    this.#read.add(file.relativePath);
    if (STRUCTURED.test(file.name)) this.#readStructured(file, path);
    else this.#readSql(file, path);
  }

  #readSql(file: FolderFile, path: string): void {
    const bytes = this.#bytesOf(file);
    if (bytes === undefined) return;
    if (!isFormatted(bytes)) {
      if (bytes.toString("latin1").trim() !== "") this.found.push(this.#raw(file, path, bytes));
      return;
    }
    readFormatted({
      file,
      bytes,
      path,
      parameters: this.#parameters,
      filters: this.#filters,
      problems: this.#input.problems,
      add: (changeSet) => this.found.push(changeSet),
      include: (kind, to, relative, line) => this.#include(kind, file, path, to, relative, line),
    });
  }

  /** SQL without a header that a changelog includes is one change set, with this name. */
  #raw(file: FolderFile, path: string, bytes: Buffer): ChangeSet {
    const start = bytes[0] === 0xef && bytes[1] === 0xbb ? 3 : 0;
    return {
      author: "includeAll",
      id: "raw",
      path,
      isLogical: false,
      file,
      bytes,
      line: 1,
      sql: [{ start, end: bytes.length }],
      rollback: [],
      runOnChange: false,
      runInTransaction: true,
      comment: "",
      contexts: null,
      labels: null,
      validCheckSums: [],
      // It has no parameters, for Liquibase neither.
      valueOf: () => undefined,
    };
  }

  #readStructured(file: FolderFile, path: string): void {
    const { problems } = this.#input;
    const entries = this.#entriesOf(file);
    const invalid = (what: string, action: string, line = 1) =>
      problems.addFile("file.invalid", file.path, what, action, {
        location: { file: file.path, line, column: 1 },
      });
    if (entries === undefined) return;
    if (typeof entries === "string") {
      invalid(
        `\`${file.path}\` cannot be read as a changelog: it ${entries}.`,
        "Write its includes in the plain form, one value per line.",
      );
      return;
    }
    const refused = new Set<string>();
    for (const { name, attributes, line } of entries) {
      if (name === "include" || name === "includeAll") {
        const to = attributes[name === "include" ? "file" : "path"];
        if (to === undefined) {
          invalid(
            `\`${name}\` in line ${line} of \`${file.path}\` names nothing.`,
            "Name a file.",
            line,
          );
        } else if (this.#isMeant(attributes)) {
          const relative = attributes["relativeToChangelogFile"]?.toLowerCase() === "true";
          this.#include(name, file, path, to, relative, line, attributes["endsWithFilter"]);
        }
      } else if (name === "property") this.#property(attributes);
      else if (!WITHOUT_EFFECT.has(name) && !refused.has(name)) {
        refused.add(name);
        invalid(
          `\`${file.path}\` has \`${name}\` in line ${line}; only formatted SQL files and their includes can be run.`,
          name === "changeSet"
            ? "Let Liquibase write it as SQL (`liquibase update-sql`), in a formatted SQL file with the same ids."
            : "Remove it, or say it in a formatted SQL file.",
          line,
        );
      }
    }
  }

  #isMeant(attributes: Entry["attributes"]): boolean {
    const context = attributes["contextFilter"] ?? attributes["context"] ?? null;
    return (
      this.#filters.allowsContext(context) &&
      this.#filters.allowsLabels(attributes["labels"] ?? null)
    );
  }

  #property(attributes: Entry["attributes"]): void {
    const { name, value, dbms } = attributes;
    if (name === undefined || value === undefined) return;
    if (allowsDbms(dbms) && this.#isMeant(attributes)) this.#parameters.define(name, value);
  }

  #include(
    kind: "include" | "includeAll",
    from: FolderFile,
    fromPath: string,
    to: string,
    relative: boolean,
    line: number,
    endsWith = "",
  ): void {
    const plain = posix.normalize(to.replaceAll("\\", "/").replace(/^classpath\*?:\/*/, ""));
    const inFolder = (below: string) => posix.normalize(posix.join(posix.dirname(below), plain));
    // Where Liquibase looks from is above the folder as often as not.
    const candidates = relative ? [inFolder(from.relativePath)] : suffixesOf(plain);
    const path = relative ? inFolder(fromPath) : plain;
    if (kind === "include") {
      const file = candidates.flatMap((one) => this.#fileAt(one) ?? [])[0];
      if (file) this.read(file, path);
      else this.#missing(from, to, line);
      return;
    }
    const prefix = candidates
      .map((one) => one.replace(/\/*$/, "/").replace(/^\.\/$/, ""))
      .find((one) => this.#files().some((file) => file.relativePath.startsWith(one)));
    if (prefix === undefined) {
      this.#missing(from, to, line);
      return;
    }
    for (const file of this.#files()) {
      if (!file.relativePath.startsWith(prefix) || !file.name.endsWith(endsWith)) continue;
      if (file === from || !(/\.sql$/i.test(file.name) || STRUCTURED.test(file.name))) continue;
      const below = file.relativePath.slice(prefix.length);
      this.read(file, posix.normalize(posix.join(path, below)));
    }
  }

  #missing(from: FolderFile, to: string, line: number): void {
    this.#input.problems.addFile(
      "file.invalid",
      from.path,
      `\`${from.path}\` includes \`${to}\` in line ${line}, which is not in the folder.`,
      "Restore it, or name the folder that all changelogs are in.",
      { location: { file: from.path, line, column: 1 } },
    );
  }

  /** By code units of the path, as Liquibase sorts what it includes. */
  #files(): readonly FolderFile[] {
    this.#all ??= this.#input.folder.listAll();
    return this.#all;
  }

  #fileAt(relativePath: string): FolderFile | undefined {
    return this.#files().find((file) => file.relativePath === relativePath);
  }

  #bytesOf(file: FolderFile): Buffer | undefined {
    return this.#input.folder.read(file, this.#input.problems);
  }

  #entriesOf(file: FolderFile): readonly Entry[] | string | undefined {
    if (!STRUCTURED.test(file.name)) return undefined;
    if (!this.#structured.has(file.relativePath)) {
      const text = this.#input.folder.text(file);
      this.#structured.set(file.relativePath, readStructured(file.name, text));
    }
    return this.#structured.get(file.relativePath);
  }
}

/** `db/changelog/a.sql`, `changelog/a.sql`, `a.sql`. */
function suffixesOf(path: string): string[] {
  const parts = path.replace(/^\/+/, "").split("/");
  const suffixes = parts.map((_part, index) => parts.slice(index).join("/"));
  return path.endsWith("/") || path === "." ? [...suffixes.filter(Boolean), "."] : suffixes;
}
