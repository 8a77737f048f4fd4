import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { checksumOf } from "./checksum.ts";
import { assertWhole, FileReader } from "./file-reader.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lockstep-reader-"));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Reads the contents as files with one reader, in order. */
function read(...contents: readonly (string | Buffer)[]) {
  const reader = new FileReader();
  const views = contents.map((content, index) => {
    const path = join(folder, String(index));
    writeFileSync(path, content);
    return reader.read(path);
  });
  return { views, plain: reader.allArePlain() };
}

test("files of all sizes come back as they are, also after later ones were read", () => {
  const sizes = [0, 1, 100, 16_383, 16_384, 200_000, 262_143, 262_144, 1_000_000, 7, 0, 50_000];
  const contents = sizes.map((size, index) => Buffer.alloc(size, 97 + index));
  const { views } = read(...contents);
  expect(views.map((view, index) => view.equals(contents[index]!))).toEqual(sizes.map(() => true));
});

test("many small files cross the end of a shared buffer", () => {
  const contents = Array.from({ length: 40 }, (_, index) => Buffer.alloc(15_000, 48 + index));
  const { views, plain } = read(...contents);
  expect(views.every((view, index) => view.equals(contents[index]!))).toBe(true);
  expect(plain).toBe(true);
});

test("UTF-8 with LF is plain", () => {
  expect(read("select 1;\n", "", "-- grün 🌱", "\n").plain).toBe(true);
});

test.each<[string, (string | Buffer)[]]>([
  ["a BOM", ["\ufeffselect 1;"]],
  ["a CR", ["select 1;\r\n"]],
  ["a zero byte", ["select\0 1;"]],
  ["Latin-1", [Buffer.from("gr\u00fcn", "latin1")]],
  ["UTF-16", [Buffer.from("\ufeffselect 1;", "utf16le")]],
  ["a sequence that ends in the next file", [Buffer.from([0xc3]), Buffer.from([0xbc])]],
  ["a sequence that the end of the last file cuts off", [Buffer.from([0x61, 0xc3])]],
])("%s is not plain, wherever it stands", (_, odd) => {
  expect(read(...odd).plain).toBe(false);
  expect(read("select 1;", ...odd, "select 2;").plain).toBe(false);
  // In a buffer that was full long ago.
  expect(read(...odd, Buffer.alloc(250_000, 97), Buffer.alloc(100_000, 97)).plain).toBe(false);
});

test("a file that cannot be opened throws what node says", () => {
  const reader = new FileReader();
  expect(() => reader.read(join(folder, "none"))).toThrow(/ENOENT/);
});

test("a file that changed since it was read does not run", () => {
  const path = join(folder, "grows");
  writeFileSync(path, "select 1;");
  const bytes = new FileReader().read(path);
  const file = { path: "grows", absolutePath: path, bytes, checksum: checksumOf(bytes) };
  expect(() => assertWhole(file)).not.toThrow();
  writeFileSync(path, "select 1; select 2;");
  expect(() => assertWhole(file)).toThrow("has 19 bytes, but 9 were read");
});
