/**
 * Checksums of migration files. They ignore a BOM and the kind of line endings, because git changes
 * both on checkout (`core.autocrlf`) and an applied migration must not look edited on Windows.
 */
import * as crypto from "node:crypto";

import type { Checksum } from "./migration.ts";

const CR = 0x0d;
const LF = 0x0a;
const NEWLINE = Buffer.from("\n");
/** Up to here a normalised copy is cheaper than many small updates of the hash. */
const COPY_LIMIT = 1 << 20;

/** SHA-256 in hex over the text without BOM, with CRLF and a lone CR read as LF. */
export function checksumOf(bytes: Buffer): Checksum {
  const hasBom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = hasBom ? bytes.subarray(3) : bytes;
  const firstCr = text.indexOf(CR);
  if (firstCr === -1) return hashOnce(text);
  if (text.length <= COPY_LIMIT) return hashOnce(copyWithLf(text, firstCr));
  return hashInPieces(text, firstCr);
}

/** The same for bytes that have neither a BOM nor a CR. */
export function checksumOfPlain(bytes: Buffer): Checksum {
  return hashOnce(bytes);
}

function hashOnce(text: Buffer): Checksum {
  // The one-shot form came with Node 20.12 and saves the object that `createHash` makes; runtimes
  // that imitate Node may not have it.
  const digest =
    typeof crypto.hash === "function"
      ? crypto.hash("sha256", text, "hex")
      : crypto.createHash("sha256").update(text).digest("hex");
  return digest as Checksum;
}

function copyWithLf(text: Buffer, firstCr: number): Buffer {
  const copy = Buffer.allocUnsafe(text.length);
  return copy.subarray(0, writeWithLf(text, 0, text.length, firstCr, copy));
}

/**
 * Hashes through one small window, so that a file of 200 MB needs no second 200 MB. One update per
 * line would do as well but costs a call into the hash for each of millions of lines.
 */
function hashInPieces(text: Buffer, firstCr: number): Checksum {
  const hash = crypto.createHash("sha256");
  const window = Buffer.allocUnsafe(COPY_LIMIT);
  hash.update(text.subarray(0, firstCr));
  for (let start = firstCr; start < text.length; start += COPY_LIMIT) {
    const end = Math.min(start + COPY_LIMIT, text.length);
    hash.update(window.subarray(0, writeWithLf(text, start, end, start, window)));
  }
  return hash.digest("hex") as Checksum;
}

/**
 * Writes text[start, end) with LF line endings into `out`; nothing before `firstCr` is a CR. A LF at
 * `start` whose CR is before the range belongs to that CR and is left out.
 */
function writeWithLf(
  text: Buffer,
  start: number,
  end: number,
  firstCr: number,
  out: Buffer,
): number {
  let written = 0;
  let from = start;
  if (start > 0 && text[start] === LF && text[start - 1] === CR) from = start + 1;
  for (let cr = text.indexOf(CR, firstCr); cr !== -1 && cr < end; cr = text.indexOf(CR, cr + 1)) {
    written += text.copy(out, written, from, cr);
    written += NEWLINE.copy(out, written);
    from = text[cr + 1] === LF ? cr + 2 : cr + 1;
  }
  if (from < end) written += text.copy(out, written, from, end);
  return written;
}
