/** What most formats do with a SQL file: read it, check its encoding, take a part of it. */
import { checksumOf } from "../migrations/checksum.ts";
import { checkEncoding } from "../migrations/encoding.ts";
import type { MigrationFile, Reading } from "../migrations/migration.ts";
import type { Problems } from "../migrations/problems.ts";
import type { Piece } from "../sql/source-text.ts";
import type { Folder, FolderFile } from "./folder.ts";

/** Undefined, and a problem, when the file cannot be read or is not UTF-8. */
export function readSql(folder: Folder, file: FolderFile, problems: Problems): Buffer | undefined {
  const bytes = folder.read(file, problems);
  if (bytes === undefined) return undefined;
  checkEncoding({ path: file.path, bytes }, problems);
  return bytes;
}

/** Two files for one version; `instead` is what one of them should get. */
export function addDuplicate(
  problems: Problems,
  before: FolderFile,
  file: FolderFile,
  version: string,
  instead = "another version",
): void {
  problems.addFile(
    "file.duplicate",
    file.path,
    `\`${before.path}\` and \`${file.path}\` both have version \`${version}\`.`,
    `Give the one that is not applied anywhere yet ${instead}.`,
  );
}

/** Our checksum is that of the part that runs, so that an edit of the other direction is none. */
export function migrationFile(
  file: FolderFile,
  bytes: Buffer,
  reading: Reading = {},
): MigrationFile {
  const { path, absolutePath } = file;
  const { range } = reading;
  const part = range === undefined ? bytes : bytes.subarray(range.start, range.end);
  return { path, absolutePath, bytes, checksum: checksumOf(part), reading };
}

/** A migration that does nothing; `path` is the file that stands for it in messages. */
export function emptyFile(path: string): MigrationFile {
  const bytes = Buffer.alloc(0);
  return { path, bytes, checksum: checksumOf(bytes), reading: {} };
}

/** The part of a piece that lies in a range: none or one. */
export function within(piece: Piece, { start, end }: { start: number; end: number }): Piece[] {
  const from = Math.max(piece.start, start);
  const until = Math.min(piece.end, end);
  return from < until ? [{ ...piece, start: from, end: until }] : [];
}
