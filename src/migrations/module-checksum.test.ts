import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { checksumOf } from "./checksum.ts";
import { readMigrations } from "./discover.ts";
import { createModuleHasher } from "./module-checksum.ts";

let cwd = "";

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "lockstep-module-"));
});

afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function write(files: Record<string, string>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), content);
  }
}

function sum(path = "m/1_a.ts"): string {
  const absolute = join(cwd, path);
  return createModuleHasher((shown) => shown).checksumOfModule(absolute, readFileSync(absolute));
}

test("a module without relative imports has the checksum of its bytes", () => {
  const text = 'import { sql } from "lockstep"; import fs from "node:fs";';
  write({ "m/1_a.ts": text });
  expect(sum()).toBe(checksumOf(Buffer.from(text)));
});

test.each(["m/1_a.ts", "m/b.ts", "lib/c.mts", "lib/d/index.js", "lib/e.json"])(
  "an edit of %s changes the checksum, other line endings do not",
  (edited) => {
    const files: Record<string, string> = {
      "m/1_a.ts": 'import { b } from "./b.js";\n',
      "m/b.ts": 'export * from "../lib/c.mjs";\nimport "./1_a.ts";\n',
      "lib/c.mts": 'const d = require("./d");\nimport e from "./e.json";\n',
      "lib/d/index.js": "module.exports = 1;\n",
      "lib/e.json": "{}\n",
    };
    write(files);
    const before = sum();
    write({ [edited]: (files[edited] ?? "").replaceAll("\n", "\r\n") });
    expect(sum()).toBe(before);
    write({ [edited]: `${files[edited]} ` });
    expect(sum()).not.toBe(before);
  },
);

test("the place of the project and the name of the module do not count", () => {
  write({ "m/1_a.ts": 'import "./b.ts"', "m/b.ts": "" });
  const before = sum();
  renameSync(join(cwd, "m"), join(cwd, "n"));
  renameSync(join(cwd, "n/1_a.ts"), join(cwd, "n/2_z.ts"));
  expect(sum("n/2_z.ts")).toBe(before);
});

test("a missing import is refused with both names", async () => {
  write({ "m/1_a.ts": 'import "./b.ts"', "m/b.ts": 'import "../gone.js"' });
  await expect(readMigrations(["m"], { cwd })).rejects.toMatchObject({
    class: "module.invalid",
    what: "`m/b.ts` imports `../gone.js`, and `gone.js` does not exist.",
  });
});

test("discovery gives modules their final checksum", async () => {
  write({ "m/1_a.ts": 'import "./b.ts"', "m/2_c.ts": 'import "./b.ts"', "m/b.ts": "" });
  const [first, second] = await readMigrations(["m"], { cwd });
  expect(first?.up.checksum).toBe(sum());
  expect(second?.up.checksum).toBe(first?.up.checksum);
});
