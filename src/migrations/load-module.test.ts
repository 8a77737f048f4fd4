import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { Failure } from "../failures/failure.ts";
import { readMigrations } from "./discover.ts";
import { migrationsFromData } from "./from-data.ts";
import { loadModule } from "./load-module.ts";
import type { Migration, MigrationContext, MigrationModule } from "./migration.ts";

let cwd = "";

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "lockstep-load-"));
});

afterEach(() => rmSync(cwd, { recursive: true, force: true }));

async function load(
  fileName: string,
  text: string,
  more: Record<string, string> = {},
): Promise<MigrationModule> {
  return loadModule(await discover(fileName, text, more));
}

async function discover(
  fileName: string,
  text: string,
  more: Record<string, string> = {},
): Promise<Migration> {
  for (const [path, content] of Object.entries({ ...more, [fileName]: text })) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), content);
  }
  const [migration] = await readMigrations(["."], { cwd });
  return migration as Migration;
}

async function refusal(fileName: string, text: string): Promise<Failure> {
  const result = await load(fileName, text).catch((error: unknown) => error);
  expect(result).toBeInstanceOf(Failure);
  expect(result).toMatchObject({ class: "module.invalid", location: { file: fileName } });
  return result as Failure;
}

/** A context that only logs, into the list that is returned. */
async function logsOf(module: MigrationModule): Promise<string[]> {
  const logs: string[] = [];
  const context = { log: (message: string) => void logs.push(message) };
  await module.up(context as unknown as MigrationContext);
  return logs;
}

const TS = "export async function up(db: { log(m: string): void }): Promise<void> { db.log('x'); }";
const ESM = "export function up(db) { db.log('x'); }";
const CJS = "exports.up = (db) => db.log('x');";

test.each([
  ["1_a.ts", TS],
  ["1_a.mts", TS],
  ["1_a.mjs", ESM],
  ["1_a.cjs", CJS],
  ["1_a.js", CJS],
  ["1_a.ts", `enum A { b = "x" } export const up = (db: any) => db.log(A.b);`],
  ["1_a.mjs", "export default { up(db) { db.log('x'); } }"],
  ["1_a.cjs", "module.exports = { up(db) { db.log('x'); }, other: 1 }"],
  ["1_a.ts", "export default { up(db: any) { db.log('x'); } }"],
])("%s is loaded: %s", async (fileName, text) => {
  expect(await logsOf(await load(fileName, text))).toEqual(["x"]);
});

test("a .js file is an ES module where package.json says so", async () => {
  const module = await load("1_a.js", ESM, { "package.json": '{"type": "module"}' });
  expect(await logsOf(module)).toEqual(["x"]);
});

test("all three exports are taken, from names and from the default, and no others", async () => {
  const text = `export const transaction: boolean = false; export const seed = 1;
    export default { up() {}, down() {} };`;
  const module = await load("1_a.ts", text);
  expect(Object.keys(module).toSorted()).toEqual(["down", "transaction", "up"]);
  expect(module.transaction).toBe(false);
});

test.each(["ts", "mjs", "cjs"])("each load of a .%s runs the code afresh", async (ending) => {
  const body = "let n = 0; const up = (db) => db.log(String(++n));";
  const text =
    ending === "cjs"
      ? `${body} exports.up = up;`
      : `${body.replace("(db)", ending === "ts" ? "(db: any)" : "(db)")} export { up };`;
  const migration = await discover(`1_a.${ending}`, text);
  for (let run = 0; run < 2; run += 1)
    expect(await logsOf(await loadModule(migration))).toEqual(["1"]);
});

test("a TypeScript module and its helpers are one program, fresh for each load", async () => {
  const migration = await discover(
    "1_a.ts",
    `import { next } from "./helper.js"; import { again } from "./other";
     export const up = (db: any) => db.log([next(), again()].join());`,
    {
      "helper.ts": "let n: number = 0; export const next = () => ++n;",
      "other.ts": `import { next } from "./helper.ts"; export const again = () => next();`,
    },
  );
  for (let run = 0; run < 2; run += 1)
    expect(await logsOf(await loadModule(migration))).toEqual(["1,2"]);
});

test("an error in a TypeScript module names the line of the source", async () => {
  const module = await load(
    "1_a.ts",
    `interface A {\n  a: string;\n}\ntype B = A;\n\nexport const up = (): B => {\n  throw new Error("here");\n};\n`,
  );
  const error = await Promise.resolve()
    .then(() => module.up({} as MigrationContext))
    .catch((cause: unknown) => cause);
  expect((error as Error).stack).toMatch(/1_a\.ts:7:/);
});

test.each([
  ["1_a.ts", "export const down = () => {};", "does not export `up`"],
  ["1_a.mjs", "export const up = 1;", "`up` that is not a function"],
  ["1_a.mjs", "export default function () {}", "does not export `up`"],
  ["1_a.cjs", "exports.up = () => {}; exports.down = 'x';", "`down` that is not a function"],
  ["1_a.ts", "export const up = () => {}; export const transaction = 'none';", "not a boolean"],
])("%s is refused: %s", async (fileName, text, what) => {
  expect((await refusal(fileName, text)).what).toContain(what);
});

test.each([
  ["1_a.ts", "type A = 1;\n\nthrow new Error('top');", "top"],
  ["1_a.mjs", "\n\nthrow new Error('top');", "top"],
  ["1_a.ts", "const a = 1;\n\nconst = 2;", "cannot be loaded"],
])("an error while loading %s is refused with its line and cause", async (fileName, text, what) => {
  const failure = await refusal(fileName, text);
  expect(failure.what).toContain(what);
  expect(failure.location?.line).toBe(3);
  expect(failure.cause).toBeInstanceOf(Error);
});

test("a JavaScript module in a folder with a space and an umlaut is loaded, and its errors keep their line", async () => {
  const migration = await discover("1_a.mjs", "\n\nthrow new Error('top');");
  const odd = join(cwd, "ü x");
  mkdirSync(odd);
  renameSync(join(cwd, "1_a.mjs"), join(odd, "1_a.mjs"));
  const moved = { ...migration, up: { ...migration.up, absolutePath: join(odd, "1_a.mjs") } };
  await expect(loadModule(moved)).rejects.toMatchObject({ location: { line: 3 } });
});

test("a module given as data is not loaded from anywhere", async () => {
  const [migration] = migrationsFromData([{ name: "1_a.ts", module: { up: (db) => db.log("x") } }]);
  expect(await logsOf(await loadModule(migration as Migration))).toEqual(["x"]);
});
