/** Which open documents are looked at, and what they are called. */
import { fileURLToPath } from "node:url";
import type { TextDocument } from "vscode-languageserver-textdocument";

const LANGUAGES: ReadonlySet<string> = new Set([
  "sql",
  "pgsql",
  "postgres",
  "postgresql",
  "plpgsql",
]);

/** Files, and what was never saved. Not the old side of a comparison, or what a plugin makes up. */
export function isSql({ uri, languageId }: TextDocument): boolean {
  if (!/^(?:file|untitled):/i.test(uri)) return false;
  return LANGUAGES.has(languageId.toLowerCase()) || /\.sql$/i.test(uri);
}

/** Undefined for what is no file. */
export function pathOf(uri: string): string | undefined {
  if (!/^file:/i.test(uri)) return undefined;
  try {
    return fileURLToPath(uri);
  } catch {
    // A URI with a host, of a share that this machine does not have.
    return undefined;
  }
}
