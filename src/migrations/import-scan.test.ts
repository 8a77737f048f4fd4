import { expect, test } from "vitest";

import { findSpecifiers } from "./import-scan.ts";

test.each([
  ['import "./a"', ["./a"]],
  ["import a, { b as c } from './a.ts';", ["./a.ts"]],
  ['import * as a from "./a"', ["./a"]],
  ['export * from "./a"; export { b } from "./b"', ["./a", "./b"]],
  ['const a = await import("./a")', ["./a"]],
  ["const a = await import(`./a`)", ["./a"]],
  ['const a = require("./a")', ["./a"]],
  ['import a = require("./a")', ["./a"]],
  ['import { type A, b } from "./a"', ["./a"]],
  ['import/* x */{a}/* y */from"./a"', ["./a"]],
  ['import a from "./a.json" with { type: "json" }', ["./a.json"]],
  ['import type from "./a"', ["./a"]],
  ['import type, { a } from "./a"', ["./a"]],
  [
    'const x = `${await import("./a")} ${`${require("./b")}`}`; import "./c"',
    ["./a", "./b", "./c"],
  ],
  ['const r = /["\'`]/; import "./a"', ["./a"]],
  ['const r = a / b; const s = "/"; import "./a"', ["./a"]],
  ["const r = x.replace(/[/'\"]/g, '`'); import './a'", ["./a"]],
  ['const f = (a) => { return /`/.test(a) }\nimport "./a"', ["./a"]],
  ['#!/usr/bin/env node\'s\nimport "./a"', ["./a"]],
  ['import "./it\\\'s"', ["./it's"]],
])("%s", (text, expected) => {
  expect(findSpecifiers(text)).toEqual(expected);
});

test.each([
  'import type { A } from "./a"',
  'import type A from "./a"',
  'import type from from "./a"',
  'export type { A } from "./a"',
  '// import "./a"',
  '/* import "./a" */',
  '/** require("./a") */',
  "const a = 'import \"./a\"'",
  'const a = `import "./a"; ${1} import "./b"`',
  'loader.require("./a"); x.import("./a")',
  "await import(`./${name}`)",
  'const a = ["from", "./a"]; f("./b"); required("./c")',
  'const r = /import ".\\/a"/',
])("%s names nothing", (text) => {
  expect(findSpecifiers(text)).toEqual([]);
});

test("a long file is read in linear time", () => {
  const text = `${"const a = `x${1}y`; // it's\nconst b = a / 2;\n".repeat(50_000)}import "./a";`;
  expect(findSpecifiers(text)).toEqual(["./a"]);
});
