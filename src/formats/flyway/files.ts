/** Which files of a folder Flyway would take, as what, and which of them cannot be run here. */
import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { FolderFile } from "../folder.ts";
import type { ReadInput } from "../format.ts";
import { nameReader, type FlywayName } from "./names.ts";
import type { FlywaySettings } from "./settings.ts";

export interface Found<N extends FlywayName = FlywayName> {
  readonly file: FolderFile;
  /** Relative to its location. */
  readonly script: string;
  readonly named: N;
}

/** Everything that is a migration; what looks like one and is none is a problem. */
export function findFiles(input: ReadInput, settings: FlywaySettings): Found[] {
  const found: Found[] = [];
  const readName = nameReader(settings.naming);
  for (const { file, script } of filesOf(input, settings)) {
    const named = readName(file.name);
    if (named === undefined) continue;
    const one = { file, script, named };
    refuse(one, input);
    found.push(one);
  }
  return found;
}

function filesOf(
  { folder, problems }: ReadInput,
  { locations }: FlywaySettings,
): { file: FolderFile; script: string }[] {
  const inside: string[] = [];
  for (const { path, written, config } of locations ?? []) {
    const above = folder.roots.some((root) => isWithin(path, root));
    if (above) inside.push(path);
    else if (existsSync(path) && !folder.roots.some((root) => isWithin(root, path))) {
      problems.addFile(
        "file.format",
        config,
        `\`${config}\` has the location \`${written}\`, which is not among the folders ${folder.shown}.`,
        "Name it in `dirs` of the configuration too, or remove it from Flyway's.",
      );
    }
  }
  const slashes = (path: string): string => path.split(sep).join("/");
  return folder.listAll().flatMap((file) => {
    const root = folder.roots.find((one) => join(one, file.relativePath) === file.absolutePath)!;
    const narrowed = inside.filter((path) => isWithin(path, root));
    if (narrowed.length === 0) return [{ file, script: file.relativePath }];
    const location = narrowed.find((path) => isWithin(file.absolutePath, path));
    return location === undefined
      ? []
      : [{ file, script: slashes(relative(location, file.absolutePath)) }];
  });
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

export function only<N extends FlywayName>(found: readonly Found[], kind: N["kind"]): Found<N>[] {
  return found.filter((one): one is Found<N> => one.named.kind === kind);
}

export function byKey<N extends FlywayName>(
  found: readonly Found<N>[],
  { problems }: ReadInput,
  key: (named: N) => string,
): Map<string, Found<N>> {
  const result = new Map<string, Found<N>>();
  for (const one of found) {
    const before = result.get(key(one.named));
    if (before === undefined) {
      result.set(key(one.named), one);
      continue;
    }
    const same = "version" in one.named ? `version \`${key(one.named)}\`` : "the same description";
    problems.addFile(
      "file.duplicate",
      one.file.path,
      `\`${before.file.path}\` and \`${one.file.path}\` both have ${same}.`,
      `Give the one that is not applied anywhere yet another ${"version" in one.named ? "version" : "description"}.`,
    );
  }
  return result;
}

function refuse({ file, named }: Found, { problems, note }: ReadInput): void {
  const { path } = file;
  if (named.kind === "wrong") {
    // Flyway says nothing at all; whoever meant it as a migration should hear of it.
    note(`\`${path}\` is left out, as Flyway does. ${named.why}`);
  } else if (named.kind === "code") {
    problems.addFile(
      "file.invalid",
      path,
      `\`${path}\` is ${named.language}, which cannot be run here.`,
      "Write what it does as SQL with the same version; a database where it is applied keeps its row.",
    );
  } else if (named.kind === "callback") {
    problems.addFile(
      "file.invalid",
      path,
      `\`${path}\` is a callback of Flyway (\`${named.event}\`), and there are no callbacks here.`,
      "Make a repeatable migration of it where it brings something up to date, or run it beside `lockstep up`, and move the file out of the folder.",
    );
  }
}
