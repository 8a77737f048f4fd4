/**
 * Text of findings inside Markdown. Messages have names in backticks; everything else in them is
 * text that must not become markup, HTML, a mention or the end of a table's cell.
 */

const MARKUP = /[\\*_~[\]#!|]/g;

/** A code span: from some backticks to as many. */
const CODE = /(?<!`)(`+)(?!`)([\s\S]*?[^`])\1(?!`)/g;

/** One line, safe in a cell of a table. */
export function cell(text: string): string {
  const line = text.replace(/\s*\n\s*/g, " ");
  let result = "";
  let at = 0;
  for (const match of line.matchAll(CODE)) {
    result += plain(line.slice(at, match.index)) + (inCode(match[0]) ?? plain(match[0]));
    at = match.index + match[0].length;
  }
  return result + plain(line.slice(at));
}

/**
 * Tables are split into cells before code is looked for, so that a bar ends a cell there too. Behind
 * a backslash it cannot be kept from that: the two together are read as an escaped backslash.
 */
function inCode(text: string): string | undefined {
  return text.includes("\\|") ? undefined : text.replaceAll("|", "\\|");
}

function plain(text: string): string {
  return (
    text
      .replace(MARKUP, "\\$&")
      .replaceAll("`", "\\`")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      // Nobody is to get a mail because a column's name looks like theirs.
      .replaceAll("@", "@<!-- -->")
  );
}

/** A text that is no Markdown, as a code span in a cell. */
export function code(text: string): string {
  const plainLine = text.replace(/\s+/g, " ");
  const line = inCode(plainLine);
  if (line === undefined) return plain(plainLine);
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}
