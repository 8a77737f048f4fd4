/**
 * Markdown around text that is none: SQL, names and messages are put into code, where nothing of
 * them is markup, HTML or a mention.
 */

/** GitHub refuses longer comments. */
export const LONGEST_COMMENT = 65_536;
/** Of a summary it takes 1 MiB for a step; a character has up to three bytes. */
export const LONGEST_SUMMARY = 349_000;

export function code(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  const ticks = "`".repeat(longestRun(line) + 1);
  const space = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${space}${line}${space}${ticks}`;
}

export function fenced(text: string, language = "text"): string {
  const ticks = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${ticks}${language}\n${text.trimEnd()}\n${ticks}\n`;
}

export interface Report {
  readonly head: string;
  /** What is shown when the reader asks for it, and cut first. */
  readonly details?: { readonly title: string; readonly text: string };
}

/** At most `limit` characters; where that cuts something off, it says so. */
export function render({ head, details }: Report, limit: number): string {
  const whole = details === undefined ? head : `${head}\n${folded(details.title, details.text)}`;
  if (whole.length <= limit) return whole;
  const note = "Cut off, because it is too long: run the command to see the rest.\n";
  if (details !== undefined) {
    const around = `${head}\n${folded(details.title, "")}${note}`.length;
    const kept = wholeLines(details.text, limit - around - longestRun(details.text) * 2 - 2);
    if (kept !== "") return `${head}\n${folded(details.title, kept)}${note}`;
  }
  if (head.length + note.length <= limit) return `${head}${note}`;
  return `${wholeLines(head, limit - note.length - 1)}\n${note}`;
}

function folded(title: string, text: string): string {
  return `<details><summary>${title}</summary>\n\n${fenced(text)}\n</details>\n`;
}

function wholeLines(text: string, limit: number): string {
  const end = text.lastIndexOf("\n", limit);
  return end <= 0 ? "" : text.slice(0, end);
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
