/** What separates statements besides semicolons. */

/** `go` and `/` on a line of their own, where no `endDelimiter` is given. */
const DEFAULT = /^[ \t]*(?:go|\/)[ \t]*\r?$/gim;

/**
 * One character is itself, and `/` only at the beginning of a line; anything longer is a regular
 * expression, in which `\n` also finds CR and LF.
 */
export function separatorFor(
  endDelimiter: string | undefined,
  splitStatements: boolean,
): RegExp | undefined {
  if (!splitStatements || endDelimiter === ";") return undefined;
  if (endDelimiter === undefined || endDelimiter === "") return DEFAULT;
  if (endDelimiter === "/") return /^[ \t]*\/[ \t]*\r?$/gm;
  const bytes = Buffer.from(endDelimiter, "utf8").toString("latin1");
  const literal = bytes.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
  if (bytes.length === 1) return new RegExp(literal, "gi");
  // A word is a whole word: `GO` is not in `CATEGORY`.
  if (/^\w+$/.test(bytes)) return new RegExp(`(?<![\\w$])${bytes}(?![\\w$])`, "gi");
  try {
    return new RegExp(bytes.replaceAll("\\n", "\\r?\\n"), "gim");
  } catch {
    return new RegExp(literal, "gi");
  }
}
