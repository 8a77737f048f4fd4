/**
 * How many columns a text takes on a terminal, and texts cut or padded to a number of columns.
 * Names of tables and people are not ASCII everywhere: a Chinese character takes two columns, a
 * combining accent none, and a table aligned by `.length` would be ragged.
 */

// Full-width and wide blocks of Unicode's EastAsianWidth.txt, without the rare ones.
const WIDE =
  /^[\u1100-\u115f\u2329\u232a\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18aff}\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]/u;
const EMOJI = /^(?:\p{Emoji_Presentation}|\p{Emoji}\ufe0f|\p{RI}\p{RI})/u;
const ZERO = /^(?:\p{Mn}|\p{Me}|\p{Cf})+$/u;
// eslint-disable-next-line no-control-regex -- the escape sequences that styleText writes.
const ESCAPES = /\u001b\[[0-9;]*m/g;
const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;

let segmenter: Intl.Segmenter | undefined;

function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), (part) => part.segment);
}

function graphemeWidth(grapheme: string): number {
  if (ZERO.test(grapheme)) return 0;
  return WIDE.test(grapheme) || EMOJI.test(grapheme) ? 2 : 1;
}

/** Columns that `text` takes; colour sequences take none. */
export function displayWidth(text: string): number {
  const bare = text.includes("\u001b") ? text.replace(ESCAPES, "") : text;
  if (PRINTABLE_ASCII.test(bare)) return bare.length;
  return graphemes(bare).reduce((sum, grapheme) => sum + graphemeWidth(grapheme), 0);
}

export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

/** The text without colours, cut to `columns` with an ellipsis when it is longer. */
export function truncate(text: string, columns: number): string {
  const bare = text.replace(ESCAPES, "");
  if (displayWidth(bare) <= columns) return text;
  let result = "";
  let used = 0;
  for (const grapheme of graphemes(bare)) {
    used += graphemeWidth(grapheme);
    if (used > columns - 1) break;
    result += grapheme;
  }
  return `${result}…`;
}

/**
 * Makes a text from elsewhere (a server message, an application_name, a query) safe to print: a
 * control character would move the cursor or set the title of somebody's terminal.
 */
export function printable(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are the subject.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (character) =>
    character === "\r" ? "" : `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** `printable`, on one line. */
export function oneLine(text: string): string {
  return printable(text.replace(/\s+/g, " ").trim());
}
