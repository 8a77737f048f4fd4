/** The text of `-- lockstep:allow <rule>[, <rule>…] <reason> [until=YYYY-MM-DD]`. */
import { directiveIn } from "../../sql/directives.ts";

export interface AllowText {
  /** `allow-file`: for the whole file, wherever it stands. */
  readonly wholeFile: boolean;
  /** With their place in the comment, in UTF-16 units. */
  readonly names: readonly { readonly name: string; readonly index: number }[];
  /** Empty when none is given. */
  readonly reason: string;
  /** As written. */
  readonly until?: string;
}

/** Undefined: the comment is none of these. */
export function parseAllow(comment: string): AllowText | undefined {
  const written = directiveIn(comment);
  if (written === undefined) return undefined;
  if (written.name !== "allow" && written.name !== "allow-file") return undefined;
  const { names, rest } = readNames(written.value, comment.lastIndexOf(written.value));
  const until = /(?<!\S)until\s*=\s*(\S*)/i.exec(rest);
  const reason = until === null ? rest : rest.slice(0, until.index) + rest.slice(endOf(until));
  return {
    wholeFile: written.name === "allow-file",
    names,
    reason: trimReason(reason),
    ...(until !== null && { until: until[1]! }),
  };
}

/** Names are separated by commas; the first word without one after it is the last name. */
function readNames(
  value: string,
  offset: number,
): { names: { name: string; index: number }[]; rest: string } {
  const names: { name: string; index: number }[] = [];
  const word = /\s*([^\s,]+)(\s*,)?/y;
  for (let more = true; more;) {
    const at = word.lastIndex;
    const match = word.exec(value);
    if (match === null) return { names, rest: value.slice(at) };
    const found = match[1]!;
    // `rule: because …` and `rule -- because …` are what people write without looking it up.
    const name = found.replace(/:$/, "");
    if (/^until=/i.test(name) || !/[a-z]/i.test(name)) return { names, rest: value.slice(at) };
    names.push({ name, index: offset + match.index + match[0].indexOf(found) });
    more = match[2] !== undefined;
  }
  return { names, rest: value.slice(word.lastIndex) };
}

function endOf(match: RegExpExecArray): number {
  return match.index + match[0].length;
}

/** A reason has a letter or a digit; a dash before it is not part of it. */
function trimReason(text: string): string {
  const reason = text.replace(/^[\s:\u2013\u2014-]+/, "").trim();
  return /[\p{L}\p{N}]/u.test(reason) ? reason : "";
}

export function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return false;
  const date = new Date(`${text}T00:00:00Z`);
  // The 30th of February would be read as a day of March.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
