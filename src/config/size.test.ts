import { expect, test } from "vitest";
import { bytesText } from "../runner/bytes.ts";
import { readSize } from "./size.ts";

test.each([
  ["50GB", 50 * 1024 ** 3],
  ["1.5 TiB", 1.5 * 1024 ** 4],
  ["512m", 512 * 1024 ** 2],
  ["4096", 4096],
  [4096, 4096],
  ["8 kB", 8192],
  ["100B", 100],
])("%s", (text, bytes) => expect(readSize(text)).toBe(bytes));

test.each(["", "GB", "-1GB", "1 XB", "1e3"])("%s is no size", (text) =>
  expect(readSize(text)).toBeUndefined(),
);

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 kB"],
  [12 * 1024 ** 3, "12 GB"],
  [-5, "0 B"],
])("%s in words", (bytes, text) => expect(bytesText(bytes)).toBe(text));
