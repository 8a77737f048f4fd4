/** Paths as URIs, for formats whose places are URIs. */
import { slashed } from "../slashed.ts";

/** A relative reference, or a `file:` URI where the path is absolute. */
export function uriOf(file: string): string {
  const path = slashed(file);
  const drive = /^[A-Za-z]:\//.test(path);
  // A colon in the first segment would read as a scheme; encodeURIComponent encodes it.
  const encoded = path.split("/").map(encodeURIComponent).join("/");
  if (path.startsWith("/")) return `file://${encoded}`;
  return drive ? `file:///${path.slice(0, 2)}${encoded.slice("C%3A".length)}` : encoded;
}

export function isRelativeUri(uri: string): boolean {
  return !uri.startsWith("file:");
}
