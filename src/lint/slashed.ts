/** Paths as other programs want them. */
import { sep } from "node:path";

/** With forward slashes on every system, and without a leading `./`. */
export function slashed(file: string, separator: string = sep): string {
  const path = separator === "/" ? file : file.replaceAll(separator, "/");
  return path.replace(/^(?:\.\/)+/, "");
}
