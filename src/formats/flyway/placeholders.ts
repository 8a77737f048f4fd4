/** Flyway's placeholders, and its checksum, which for repeatables is that of the replaced text. */
import { crc32 } from "node:zlib";
import type { PlaceholderSyntax } from "../../sql/placeholders.ts";

export interface PlaceholderMarks {
  readonly prefix: string;
  readonly suffix: string;
}

export type PlaceholderValues = Readonly<Record<string, string>>;

/** A prefix whose suffix is not on the same line is text: Flyway would read on to the next suffix. */
export function syntaxOf({ prefix, suffix }: PlaceholderMarks): PlaceholderSyntax {
  const [from, to] = [prefix, suffix].map((mark) => escaped(latin1(mark)));
  return { prefix, pattern: new RegExp(`^${from}([^\\r\\n]*?)${to}`) };
}

/** The whole text with the values put in; what has no value stays. */
export function replacedText(
  bytes: Buffer,
  { prefix, suffix }: PlaceholderMarks,
  values: PlaceholderValues,
): Buffer {
  if (!bytes.includes(prefix)) return bytes;
  const pattern = new RegExp(`${escaped(prefix)}([^\\r\\n]*?)${escaped(suffix)}`, "g");
  const text = bytes
    .toString("utf8")
    .replaceAll(pattern, (all, name: string) =>
      Object.hasOwn(values, name) ? values[name]! : all,
    );
  return Buffer.from(text);
}

/** CRC-32 over the lines without what ends them, as a signed number of 32 bits. */
export function flywayChecksum(bytes: Buffer): string {
  let sum = 0;
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  for (let at = start; at <= bytes.length; at++) {
    const byte = bytes[at];
    if (byte !== undefined && byte !== 10 && byte !== 13) continue;
    if (at > start) sum = crc32(bytes.subarray(start, at), sum);
    start = at + 1;
  }
  return String(sum | 0);
}

function latin1(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
