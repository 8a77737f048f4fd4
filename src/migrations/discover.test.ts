import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, chmodSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { Failure } from "../failures/failure.ts";
import { checksumOf } from "./checksum.ts";
import { readMigrations } from "./discover.ts";

let cwd = "";

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "lockstep-discover-"));
  mkdirSync(join(cwd, "m"));
});

afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function write(files: Record<string, string | Buffer>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(cwd, path)), { recursive: true });
    writeFileSync(join(cwd, path), content);
  }
}

async function ids(...dirs: string[]): Promise<string[]> {
  return (await readMigrations(dirs, { cwd })).map((migration) => migration.id);
}

async function refusal(...dirs: string[]): Promise<Failure> {
  const result = await readMigrations(dirs, { cwd }).catch((error: unknown) => error);
  expect(result).toBeInstanceOf(Failure);
  return result as Failure;
}

test("versioned migrations come by number, then repeatables by name", async () => {
  write({
    "m/10_c.sql": "",
    "m/9_b.sql": "",
    "m/001_a.ts": "export const up = () => {};",
    "m/R__z.sql": "",
    "m/R__B.sql": "",
    "m/README.md": "",
    "m/.keep": "",
    "m/notes/todo.sql": "",
  });
  expect(await ids("m")).toEqual(["001_a", "9_b", "10_c", "R__B", "R__z"]);
});

test("several folders are one sequence, and the same folder twice counts once", async () => {
  write({ "m/1_a.sql": "", "n/2_b.sql": "", "m/3_c.sql": "" });
  expect(await ids("m", "n", "./m/", join(cwd, "n"))).toEqual(["1_a", "2_b", "3_c"]);
});

test("a migration has its bytes, its checksum, its paths and its way back", async () => {
  write({ "m/07_a.up.sql": "\ufeffselect 1;\r\n", "m/7_a.down.sql": "select 2;" });
  const [migration, ...others] = await readMigrations(["m"], { cwd });
  expect(others).toEqual([]);
  expect(migration).toMatchObject({
    kind: "versioned",
    language: "sql",
    version: "7",
    name: "a",
    id: "07_a",
    up: {
      path: join("m", "07_a.up.sql"),
      absolutePath: join(cwd, "m", "07_a.up.sql"),
      checksum: checksumOf(Buffer.from("select 1;\n")),
    },
    down: { path: join("m", "7_a.down.sql") },
  });
  // The bytes are those on disk: what is sent to the server is not normalised.
  expect(migration?.up.bytes.toString()).toBe("\ufeffselect 1;\r\n");
});

test("an empty folder is fine", async () => {
  expect(await ids("m")).toEqual([]);
});

test("`include` leaves files out before they are looked at", async () => {
  write({ "m/1_a.sql": "", "m/V1__b.sql": "" });
  const include = (name: string): boolean => !name.startsWith("V");
  expect(await readMigrations(["m"], { cwd, include })).toHaveLength(1);
});

test("a missing folder says how to make it", async () => {
  const failure = await refusal("nowhere");
  expect(failure.class).toBe("config.invalid");
  expect(failure.what).toContain("`nowhere` does not exist");
  expect(failure.action).toContain("`lockstep init`");
});

test("a file instead of a folder is refused", async () => {
  write({ "m/1_a.sql": "" });
  expect(await refusal("m/1_a.sql")).toMatchObject({ class: "config.invalid" });
});

test.each([
  ["the same version", ["m/1_a.sql", "m/1_b.sql"]],
  ["leading zeros", ["m/007_a.sql", "m/7_a.sql"]],
  ["two folders", ["m/1_a.sql", "n/01_a.sql"]],
  ["a file and a module", ["m/1_a.sql", "m/1_a.ts"]],
  ["two forms of up", ["m/1_a.sql", "m/1_a.up.sql"]],
  ["two downs", ["m/1_a.sql", "m/1_a.down.sql", "m/01_a.down.sql"]],
  ["two repeatables", ["m/R__a.sql", "n/R__a.sql"]],
])("duplicates are refused with both names: %s", async (_name, paths) => {
  write(Object.fromEntries([...paths, "n/99_z.sql"].map((path) => [path, ""])));
  const failure = await refusal("m", "n");
  expect(failure.class).toBe("file.duplicate");
  const named = paths.filter((path) => failure.what.includes(`\`${path}\``));
  expect(named).toHaveLength(2);
  expect(failure.location).toMatchObject({ file: named.toSorted().at(-1), line: 1 });
});

test.each([
  ["a down without its up", { "m/1_a.down.sql": "" }, "`1_a.sql` does not exist"],
  ["a down of another name", { "m/1_a.sql": "", "m/1_b.down.sql": "" }, "different names"],
  ["a down beside a module", { "m/1_a.js": "", "m/1_a.down.sql": "" }, "its own way back"],
  ["a name in another tool's form", { "m/V1__a.sql": "" }, "Flyway"],
  ["a folder called like a file", { "m/1_a.sql/x": "" }, "is a folder"],
  ["a folder for each migration", { "m/20240101_init/migration.sql": "" }, "is a folder"],
])("%s is refused", async (_name, files, what) => {
  write(files);
  const failure = await refusal("m");
  expect(failure.class).toBe("file.invalid");
  expect(failure.what).toContain(what);
  expect(failure.location?.line).toBe(1);
});

test("all problems are named at once", async () => {
  write({
    "m/1-a.sql": "",
    "m/2_a.sql": "",
    "m/02_b.sql": "",
    "m/3_c.sql": "\xff",
    "m/4_d.down.sql": "",
  });
  const failure = await refusal("m");
  expect([failure.what, ...failure.notes].join("\n")).toMatch(/1-a[^]*02_b[^]*4_d/);
});

test("symbolic links are followed, and refused where they lead nowhere", async () => {
  write({ "real/a.sql": "select 1;" });
  symlinkSync(join(cwd, "real/a.sql"), join(cwd, "m/1_a.sql"));
  expect(await ids("m")).toEqual(["1_a"]);
  symlinkSync("2_b.sql", join(cwd, "m/2_b.sql"));
  expect((await refusal("m")).what).toContain("leads back to itself");
  rmSync(join(cwd, "m/2_b.sql"));
  symlinkSync("gone.sql", join(cwd, "m/3_c.sql"));
  expect((await refusal("m")).what).toContain("link to nothing");
  rmSync(join(cwd, "m/3_c.sql"));
  symlinkSync(join(cwd, "real"), join(cwd, "m/4_d.sql"));
  expect((await refusal("m")).what).toContain("is a folder");
});

test.skipIf(process.platform === "win32")("a pipe is refused and not waited for", async () => {
  execFileSync("mkfifo", [join(cwd, "m/1_a.sql")]);
  expect((await refusal("m")).what).toContain("is not a file");
});

test.skipIf(process.getuid?.() === 0)("a file without read permission is refused", async () => {
  write({ "m/1_a.sql": "" });
  chmodSync(join(cwd, "m/1_a.sql"), 0);
  expect(await refusal("m")).toMatchObject({ class: "file.invalid", exit: "invalid" });
});

test.each([
  ["UTF-16", Buffer.from("\ufeffselect 1;", "utf16le"), 1],
  ["UTF-16 without BOM", Buffer.from("select 1;\n", "utf16le"), 1],
  ["Latin-1", Buffer.from("select 1;\n-- größe\n", "latin1"), 2],
  ["a sequence cut off at the end", Buffer.from([0x0a, 0x0a, 0xc3]), 3],
])("%s is refused with its line", async (_name, bytes, line) => {
  write({ "m/1_a.sql": bytes });
  const failure = await refusal("m");
  expect(failure.class).toBe("file.encoding");
  expect(failure.location).toMatchObject({ file: join("m", "1_a.sql"), line });
});

test("a file of more than 16 MB is read whole", async () => {
  const bytes = Buffer.alloc(17 << 20, "-- é\r\n");
  write({ "m/1_a.sql": bytes.subarray(0, bytes.lastIndexOf("\n") + 1) });
  const [migration] = await readMigrations(["m"], { cwd });
  expect(migration?.up.bytes.length).toBeGreaterThan(16 << 20);
});
