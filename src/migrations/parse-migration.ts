/** A migration's file as statements, in whatever tool's form it is written. */
import { parseFile } from "../sql/parse-file.ts";
import type { Parser } from "../sql/parser.ts";
import type { ParsedFile } from "../sql/statement.ts";
import type { Reading } from "./migration.ts";

export interface MigrationText {
  readonly path: string;
  readonly bytes: Buffer;
  /** Undefined for our own files. */
  readonly reading?: Reading | undefined;
  readonly parser: Parser;
  readonly placeholders?: Readonly<Record<string, string>> | undefined;
}

export function parseMigration(text: MigrationText): Promise<ParsedFile> {
  const { path, bytes, reading, parser, placeholders } = text;
  if (reading === undefined) {
    return parseFile({ path, bytes, parser, ...(placeholders && { placeholders }) });
  }
  // Another tool has its own templates, and its reader knows them.
  const { range, rewrite, commands } = reading;
  return parseFile({
    path,
    bytes,
    parser,
    lenient: true,
    ...(range && { range }),
    ...(rewrite && { rewrite }),
    ...(commands && { commands }),
  });
}
