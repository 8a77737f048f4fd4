/**
 * The first check of a file: UTF-8 without NUL. PostgreSQL cannot store a NUL byte in any text, and
 * a byte that is not UTF-8 would silently become U+FFFD when the text is decoded.
 */
import { isUtf8 } from "node:buffer";
import { Failure } from "../failures/failure.ts";
import { hasBom, type Locate } from "./locate.ts";

/** Where the text begins: behind a UTF-8 BOM if there is one. */
export function checkEncoding(path: string, bytes: Buffer, locate: Locate): number {
  const utf16 = utf16Name(bytes);
  if (utf16 !== undefined) {
    throw new Failure({
      class: "file.encoding",
      what: `\`${path}\` is ${utf16}, not UTF-8.`,
      action: `Save the file as UTF-8, for example: iconv -f ${utf16} -t UTF-8 \`${path}\`.`,
      location: { file: path, line: 1, column: 1 },
    });
  }
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    throw new Failure({
      class: "file.encoding",
      what: `\`${path}\` has a NUL byte at byte offset ${nul}.`,
      action: "Remove the NUL byte; PostgreSQL cannot store it in any text.",
      location: { file: path, ...locate(nul) },
    });
  }
  if (!isUtf8(bytes)) {
    const offset = firstInvalid(bytes);
    throw new Failure({
      class: "file.encoding",
      what: `\`${path}\` is not valid UTF-8 at byte offset ${offset} (0x${hex(bytes[offset])}).`,
      action:
        "Save the file as UTF-8; if it is Latin-1 or Windows-1252, convert it with iconv first.",
      location: { file: path, ...locate(offset) },
    });
  }
  return hasBom(bytes) ? 3 : 0;
}

function utf16Name(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "UTF-16LE";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "UTF-16BE";
  return undefined;
}

/** Halves the text: the longest valid prefix, cut at sequence starts, ends at the wrong byte. */
function firstInvalid(bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length;
  while (invalid - valid > 1) {
    let middle = (valid + invalid) >> 1;
    while (middle > valid && (bytes[middle]! & 0xc0) === 0x80) middle--;
    if (middle === valid) break;
    if (isUtf8(bytes.subarray(valid, middle))) valid = middle;
    else invalid = middle;
  }
  for (;;) {
    const lead = bytes[valid]!;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const end = valid + length;
    if (end > bytes.length || !isUtf8(bytes.subarray(valid, end))) return valid;
    valid = end;
  }
}

function hex(byte: number | undefined): string {
  return (byte ?? 0).toString(16).padStart(2, "0");
}
