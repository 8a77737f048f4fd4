/**
 * Migrations are UTF-8. A file in another encoding is refused here, before anything runs: the
 * server would store its texts wrongly without an error, or refuse the file half way (22021).
 */
import { isUtf8 } from "node:buffer";

import type { FoundFile } from "./assemble.ts";
import type { Problems } from "./problems.ts";

const LF = 0x0a;

export function checkEncoding(file: Pick<FoundFile, "path" | "bytes">, problems: Problems): void {
  const { bytes, path } = file;
  // PostgreSQL's text cannot hold a zero byte, and UTF-16 of plain English is full of them.
  const zero = bytes.indexOf(0);
  if (zero === -1 && isUtf8(bytes)) return;
  const utf16 =
    (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const line = utf16 ? 1 : zero === -1 ? firstBadLine(bytes) : lineOf(bytes, zero);
  const found = utf16
    ? "is UTF-16"
    : zero === -1
      ? `is not UTF-8: line ${line} has bytes of another encoding`
      : `has a zero byte in line ${line}`;
  problems.addFile("file.encoding", path, `\`${path}\` ${found}.`, "Save the file as UTF-8.", {
    location: { file: path, line, column: 1 },
  });
}

/** A line feed is never part of a longer UTF-8 sequence, so each line can be judged by itself. */
function firstBadLine(bytes: Buffer): number {
  let line = 1;
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf(LF, start);
    const text = bytes.subarray(start, end === -1 ? bytes.length : end);
    if (!isUtf8(text) || end === -1) return line;
    start = end + 1;
    line += 1;
  }
  return line;
}

function lineOf(bytes: Buffer, offset: number): number {
  let line = 1;
  for (let at = bytes.indexOf(LF); at !== -1 && at < offset; at = bytes.indexOf(LF, at + 1))
    line += 1;
  return line;
}
