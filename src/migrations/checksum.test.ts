import { createHash } from "node:crypto";

import fc from "fast-check";
import { expect, test } from "vitest";

import { checksumOf } from "./checksum.ts";

const sum = (text: string): string => checksumOf(Buffer.from(text));
const plain = (text: string): string => createHash("sha256").update(text).digest("hex");

test("line endings and a BOM do not change the checksum", () => {
  const expected = plain("a\nb\n\nc");
  for (const text of [
    "a\nb\n\nc",
    "\ufeffa\nb\n\nc",
    "a\r\nb\r\n\r\nc",
    "a\rb\r\rc",
    "\ufeffa\r\nb\r\n\rc",
  ]) {
    expect(sum(text)).toBe(expected);
  }
});

test("anything else changes the checksum", () => {
  const sums = [
    "",
    "a",
    "a ",
    "a\n",
    "a\n\n",
    "a\t",
    "a\v",
    "a\f",
    "a\u0085",
    "a\u2028",
    "a\ufeff",
  ].map(sum);
  expect(new Set(sums).size).toBe(sums.length);
});

test("a BOM alone is an empty file", () => {
  expect(sum("\ufeff")).toBe(plain(""));
});

test("a text that is hashed in pieces has the checksum of its normal form", () => {
  const piece = 1 << 20;
  const ending = fc.constantFrom("\r", "\n", "\r\n", "\n\r", "\r\r\n", "x");
  fc.assert(
    fc.property(
      fc.array(ending, { maxLength: 12 }),
      fc.integer({ min: -6, max: 6 }),
      (parts, shift) => {
        // The endings lie across the border between two pieces, which begin at the first CR.
        const text = `ab\r${"y".repeat(piece - 1 + shift)}${parts.join("")}${"z".repeat(20)}`;
        expect(sum(text)).toBe(plain(text.replaceAll(/\r\n?/g, "\n")));
      },
    ),
    { numRuns: 60 },
  );
});

test("hashing a large file with CRLF makes no second copy", () => {
  const bytes = Buffer.alloc(64 << 20, "select 1;\r\n");
  const before = process.memoryUsage().arrayBuffers;
  checksumOf(bytes);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 << 20);
});
