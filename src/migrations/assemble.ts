/**
 * From files to migrations: pairs up and down, refuses what is ambiguous, sorts. Pure, and the same
 * for files on disk and migrations given as data. All problems are found before anything is refused,
 * so that a new folder is put right in one go (problems.ts).
 */
import { checksumOf, checksumOfPlain } from "./checksum.ts";
import { checkEncoding } from "./encoding.ts";
import type { FileName } from "./file-name.ts";
import type { Checksum, Migration, MigrationFile, MigrationModule } from "./migration.ts";
import type { Problems } from "./problems.ts";
import { compareVersions } from "./version.ts";

/** A file whose name has been read and whose bytes are in memory. */
export interface FoundFile {
  readonly fileName: Exclude<FileName, { kind: "ignored" | "wrong" }>;
  readonly path: string;
  readonly absolutePath?: string;
  readonly bytes: Buffer;
  /** For modules, where the checksum covers more than the bytes. */
  readonly checksum?: Checksum;
  readonly module?: MigrationModule;
}

type Hash = (bytes: Buffer) => Checksum;

/**
 * Sorted: versioned by version, then repeatables by name. Adds to `problems`; throws nothing.
 * `arePlain`: all files are known to be UTF-8 without a BOM, a zero byte or a CR (file-reader.ts).
 */
export function assemble(
  files: readonly FoundFile[],
  problems: Problems,
  { arePlain = false }: { readonly arePlain?: boolean } = {},
): Migration[] {
  const ups = new Map<string, FoundFile>();
  const downs = new Map<string, FoundFile>();
  for (const file of files) {
    const name = file.fileName;
    if (!arePlain) checkEncoding(file, problems);
    const key = name.kind === "repeatable" ? name.id : name.version;
    const group = name.kind === "down" ? downs : ups;
    const earlier = group.get(key);
    if (earlier) addDuplicate(problems, earlier, file);
    else group.set(key, file);
  }
  for (const [version, down] of downs) checkDown(problems, down, ups.get(version));
  const migrations: Migration[] = [];
  const hash = arePlain ? checksumOfPlain : checksumOf;
  for (const [key, up] of ups) migrations.push(toMigration(up, downs.get(key), hash));
  return migrations.toSorted(compareMigrations);
}

function toMigration(up: FoundFile, down: FoundFile | undefined, hash: Hash): Migration {
  const fileName = up.fileName;
  const { name, id } = fileName;
  const file = toFile(up, hash);
  if (fileName.kind === "repeatable") {
    return { kind: "repeatable", language: "sql", name, id, up: file };
  }
  const { language, version } = fileName;
  // Most migrations have neither; a thousand spreads of nothing can be felt.
  if (!down && !up.module) return { kind: "versioned", language, version, name, id, up: file };
  return {
    kind: "versioned",
    language,
    version,
    name,
    id,
    up: file,
    ...(down && { down: toFile(down, hash) }),
    ...(up.module && { module: up.module }),
  };
}

function toFile(file: FoundFile, hash: Hash): MigrationFile {
  const { path, absolutePath, bytes } = file;
  const checksum = file.checksum ?? hash(bytes);
  if (absolutePath === undefined) return { path, bytes, checksum };
  return { path, absolutePath, bytes, checksum };
}

function compareMigrations(a: Migration, b: Migration): number {
  if (a.version !== undefined && b.version !== undefined)
    return compareVersions(a.version, b.version);
  if (a.version !== undefined) return -1;
  if (b.version !== undefined) return 1;
  // By code units, not by locale: the order must be the same on every machine.
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function addDuplicate(problems: Problems, earlier: FoundFile, file: FoundFile): void {
  const name = file.fileName;
  const shared =
    name.kind === "repeatable"
      ? `the repeatable name \`${name.name}\``
      : `version \`${name.version}\`${name.kind === "down" ? " as its down file" : ""}`;
  problems.addFile(
    "file.duplicate",
    file.path,
    `\`${earlier.path}\` and \`${file.path}\` both have ${shared}.`,
    "Give the one that is not applied anywhere yet another version or name.",
  );
}

function checkDown(problems: Problems, down: FoundFile, up: FoundFile | undefined): void {
  if (up === undefined) {
    problems.addFile(
      "file.invalid",
      down.path,
      `\`${down.path}\` has no migration to take back: \`${down.fileName.id}.sql\` does not exist.`,
      "Add that file, or delete this one.",
    );
  } else if (up.fileName.kind !== "repeatable" && up.fileName.language === "module") {
    problems.addFile(
      "file.invalid",
      down.path,
      `\`${down.path}\` belongs to a module, \`${up.path}\`, which has its own way back.`,
      "Export `down` from the module and delete this file.",
    );
  } else if (up.fileName.name !== down.fileName.name) {
    problems.addFile(
      "file.invalid",
      down.path,
      `\`${down.path}\` and \`${up.path}\` have the same version and different names.`,
      `Rename one of them so that the pair is \`${up.fileName.id}.sql\` and \`${up.fileName.id}.down.sql\`.`,
    );
  }
}
