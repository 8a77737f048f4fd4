/**
 * How many terminal columns a text takes. Node has this only internally. It follows Unicode's East
 * Asian Width closely enough for a caret: wide and full-width letters and emoji take two columns,
 * combining marks none.
 */

const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1B000}-\u{1B2FF}\u{20000}-\u{3FFFD}])/u;

const ZERO = /^[\p{Mark}\p{Format}]/u;

/** A cluster that asks for emoji presentation with U+FE0F, such as a heart. */
const EMOJI_STYLE = /\uFE0F/;

/** One column each: ASCII, the Latin letters of Europe, dashes, quotes and the ellipsis. */
const PLAIN = /^[\x20-\x7E\u00A1-\u00AC\u00AE-\u02FF\u2010-\u2027]*$/;

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export function displayWidth(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += clusterWidth(segment);
  return width;
}

function clusterWidth(cluster: string): number {
  if (WIDE.test(cluster) || EMOJI_STYLE.test(cluster)) return 2;
  return ZERO.test(cluster) ? 0 : 1;
}

/** The distance between tab stops in what Lockstep prints. */
const TAB = 4;

/** Tabs become spaces up to the next stop, counted from the beginning of the text. */
export function expandTabs(text: string): string {
  if (!text.includes("\t")) return text;
  let line = "";
  for (const [index, part] of text.split("\t").entries()) {
    if (index > 0) line += " ".repeat(TAB - (displayWidth(line) % TAB));
    line += part;
  }
  return line;
}

/** Everything that moves a cursor, hides text or reorders it; tab and line feed are left. */
const UNPRINTABLE = /(?![\t\n])[\p{Control}\u202A-\u202E\u2066-\u2069]/gu;

/** Text from a file or a server, made harmless for a terminal; every character keeps its place. */
export function printable(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(UNPRINTABLE, "\uFFFD");
}
