/** Test support: parse a text as a file. */
import { parseFile } from "./parse-file.ts";
import { loadParser } from "./parser.ts";
import type { ParsedFile } from "./statement.ts";

export async function parseText(
  text: string | Buffer,
  placeholders?: Readonly<Record<string, string>>,
): Promise<ParsedFile> {
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : text;
  const parser = await loadParser();
  return parseFile({
    path: "0001_a.sql",
    bytes,
    parser,
    ...(placeholders !== undefined && { placeholders }),
  });
}

export async function textsOf(text: string): Promise<string[]> {
  return (await parseText(text)).statements.map((statement) => statement.text);
}
