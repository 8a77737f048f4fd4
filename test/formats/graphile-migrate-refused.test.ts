/** What is not as graphile-migrate has it: named before anything runs. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Failure } from "../../src/failures/failure.ts";
import { parseJson5 } from "../../src/formats/graphile-migrate/json5.ts";
import { readSource, type SourceOptions } from "../../src/formats/read-source.ts";
import type { MigrationSet, Reading } from "../../src/migrations/migration.ts";
import { createLocator } from "../../src/sql/locate.ts";
import { createSourceText, type Piece } from "../../src/sql/source-text.ts";
import { project } from "../support/project.ts";

type Files = Readonly<Record<string, string>>;

function hashOf(body: string, previous: string): string {
  const text = `${previous === "-" ? "" : previous}\n${body.trim()}`.trim();
  return `sha1:${createHash("sha1").update(`${text}\n`).digest("hex")}`;
}

function committed(body: string, previous = "-", headers = ""): string {
  return `--! Previous: ${previous}\n--! Hash: ${hashOf(body, previous)}\n${headers}\n${body}\n`;
}

const ONE = committed("select 1;");
const ONE_HASH = hashOf("select 1;", "-");
const TWO = committed("select 2;", ONE_HASH);
const THREE = committed("select 3;", hashOf("select 2;", ONE_HASH));

async function readFiles(
  files: Files,
  options: Partial<SourceOptions> = {},
): Promise<MigrationSet> {
  const { dir } = await project({ files });
  const set = { cwd: dir, env: {}, format: "graphile-migrate", ...options };
  return readSource(["migrations"], set);
}

const at = (files: Files): Files =>
  Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`migrations/committed/${name}`, text]),
  );

describe("a folder is refused", () => {
  test.each<[name: string, files: Files, kind: string, what: string]>([
    [
      "a file is missing in between",
      { "000001.sql": ONE, "000003-c.sql": THREE },
      "file.invalid",
      "A file is missing between `000001` and `000003`.",
    ],
    [
      "the first file is missing",
      { "000002.sql": TWO },
      "file.invalid",
      "but it is the first file. A file is missing",
    ],
    [
      "two branches have committed",
      { "000001.sql": ONE, "000002-a.sql": TWO, "000003-b.sql": committed("select 4;", ONE_HASH) },
      "file.invalid",
      "`migrations/committed/000003-b.sql` follows",
    ],
    [
      "a number is given twice",
      { "000001-a.sql": ONE, "000001-b.sql": TWO },
      "file.duplicate",
      "have the same number.",
    ],
    [
      "a file was edited",
      { "000001.sql": ONE.replace("select 1", "select 2") },
      "file.invalid",
      "it was edited after it was committed.",
    ],
    [
      "an edit is allowed that is none",
      { "000001.sql": committed("select 1;", "-", "--! AllowInvalidHash\n") },
      "file.invalid",
      "but its hash is right.",
    ],
    [
      "line endings are those of Windows",
      { "000001.sql": ONE.replaceAll("\n", "\r\n") },
      "file.invalid",
      "Windows line endings (CRLF)",
    ],
    [
      "line endings of the body are those of Windows",
      { "000001.sql": committed("select\n1;").replace("select\n1", "select\r\n1") },
      "file.invalid",
      "Windows line endings (CRLF)",
    ],
    [
      "the header has no hash",
      { "000001.sql": "--! Previous: -\n\nselect 1;\n" },
      "file.invalid",
      "has no `--! Hash:` at its top.",
    ],
    [
      "the header ends in SQL",
      { "000001.sql": ONE.replace("\n\n", "\n") },
      "file.invalid",
      "has no empty line below its `--!` headers.",
    ],
    [
      "the header says it twice",
      { "000001.sql": committed("select 1;", "-", "--! Hash: sha1:1\n") },
      "file.invalid",
      "has `--! Hash` twice.",
    ],
    [
      "an include was never replaced",
      { "000001.sql": committed("--!include functions/a.sql\nselect 1;") },
      "file.invalid",
      "includes `functions/a.sql`",
    ],
  ])("where %s", async (_name, files, kind, what) => {
    const failure = await readFiles(at(files)).then(
      () => undefined,
      (error: Failure) => error,
    );
    expect(failure?.class).toBe(kind);
    expect(failure?.what).toContain(what);
  });
});

describe("placeholders", () => {
  const BODY = "select ':NAME', ':NAMES', :DATABASE_NAME, :DATABASE_OWNER, 'é:B', a::B, :A9;";
  const database = { name: "shop", user: "Ann" };

  test.each<[name: string, files: Files, sql: string]>([
    ["no configuration", {}, "select ':NAME', ':NAMES', shop, Ann, 'é:B', a::B, :A9"],
    [
      "JSON5",
      { ".gmrc": "{ placeholders: { ':NAME': 'é', ':A9': '!ENV', }, databaseOwner: 'boss' }" },
      "select 'é', ':NAMES', shop, boss, 'é:B', a::B, nine",
    ],
    [
      "code",
      { ".gmrc.js": "module.exports = { placeholders: { ':NAME': String(1 + 1) } };" },
      "select '2', ':NAMES', shop, Ann, 'é:B', a::B, :A9",
    ],
  ])("from %s", async (_name, files, sql) => {
    const { migrations } = await readFiles(
      { ...at({ "000001.sql": committed(BODY) }), ...files },
      { database, env: { A9: "nine" } },
    );
    const { bytes, reading } = migrations[0]!.up;
    const { start, end } = reading!.range!;
    expect(rewritten(bytes, reading!, { start, end }).trim()).toBe(`${sql};`);
  });

  test.each<[name: string, gmrc: string, what: string]>([
    ["broken configuration", "{ placeholders: ", "`%/.gmrc` cannot be read"],
    ["a wrong name", '{ "placeholders": { "name": "x" } }', "has the placeholder `name`"],
    ["an unset variable", '{ "placeholders": { ":A9": "!ENV" } }', "where `A9` is not set"],
  ])("%s is named", async (_name, gmrc, what) => {
    const { migrations } = await readFiles(
      { ...at({ "000001.sql": committed(BODY) }), ".gmrc": gmrc },
      { database },
    );
    const { bytes, reading } = migrations[0]!.up;
    const rewrite = (): unknown => rewritten(bytes, reading!, { start: 0, end: bytes.length });
    expect(rewrite).toThrow(what.replace("`%/", ""));
  });
});

/** The text that is parsed. */
function rewritten(bytes: Buffer, { rewrite }: Reading, piece: Piece): string {
  const pieces = rewrite!(bytes, [piece], createLocator(bytes), []);
  const { bytes: text } = createSourceText(bytes, pieces);
  return text.toString("utf8");
}

test("JSON5", () => {
  const text = String.raw`\uFEFF// a comment
    { a: 'it\'s', "b": "x // y, }", /* , */ c: [1, 2, /* last */ ], $d_1: { e: null, }, f: 'two \
lines', 'g': "\x41é" , }`.replace(String.raw`\uFEFF`, "\uFEFF");
  expect(parseJson5(text)).toEqual({
    a: "it's",
    b: "x // y, }",
    c: [1, 2],
    $d_1: { e: null },
    f: "two lines",
    g: "Aé",
  });
  expect(() => parseJson5("{ a: 1 b: 2 }")).toThrow();
});
