/** What is in the files: other tools' formats, bytes of every kind, and what cannot be read. */
import { describe, expect, test } from "vitest";
import { lintProject, places, placesOf } from "../support/lint.ts";

describe("formats of other tools: lines are those of the file on disk", () => {
  test.each([
    [
      "flyway",
      {
        "sql/V1__t.sql": "create table ${schema}.t (a int);\n",
        "sql/V2__i.sql": "\n\ncreate index on ${schema}.t (a); create index on ${schema}.t (a);\n",
      },
      { placeholders: { schema: "a_long_name_for_a_schema" } },
      ["sql/V2__i.sql:3:1", "sql/V2__i.sql:3:34"],
    ],
    [
      "golang-migrate",
      {
        "sql/000001_t.up.sql": "create table t (a int);\n",
        "sql/000001_t.down.sql": "drop table t;\n",
        "sql/000002_i.up.sql": "-- a remark\ncreate index on t (a);\n",
        "sql/000002_i.down.sql": "drop index t_a_idx;\n",
      },
      {},
      ["sql/000002_i.up.sql:2:1"],
    ],
    [
      "goose",
      {
        "sql/00001_t.sql": "-- +goose Up\ncreate table t (a int);\n-- +goose Down\ndrop table t;\n",
        "sql/00002_i.sql":
          "-- +goose Up\n-- +goose StatementBegin\ncreate index on t (a);\n-- +goose StatementEnd\n\n-- +goose Down\ndrop table t;\n",
      },
      {},
      ["sql/00002_i.sql:3:1"],
    ],
    [
      "prisma",
      {
        "sql/20240101000000_t/migration.sql": 'create table "T" ("a" int);\n',
        "sql/20240102000000_i/migration.sql": '-- CreateIndex\ncreate index "i" on "T"("a");\n',
        "sql/migration_lock.toml": 'provider = "postgresql"\n',
      },
      {},
      ["sql/20240102000000_i/migration.sql:2:1"],
    ],
  ])("%s", async (format, files, config, expected) => {
    const { report } = await lintProject({ files, config: { dir: "sql", ...config } });
    const found = placesOf(await report(), "index-not-concurrent");
    expect(found).toEqual(expected.map((place) => `index-not-concurrent ${place}`));
    const named = await report(["--source-format", format]);
    expect(placesOf(named, "index-not-concurrent")).toEqual(found);
  });
});

test("a module is a gap in the history: nothing is known of what it did, and nothing fails", async () => {
  const { report } = await lintProject({
    files: {
      "migrations/1_t.sql": "create table t (a int);\n",
      "migrations/2_m.ts": "export async function up(): Promise<void> { throw new Error(); }\n",
      "migrations/3_i.sql": "create index on t (a);\ncreate index on made_by_module (a);\n",
    },
  });
  const found = await report();
  expect(found.summary).toMatchObject({ files: 3, statements: 3, unread: [] });
  expect(placesOf(found, "index-not-concurrent")).toEqual([
    "index-not-concurrent migrations/3_i.sql:1:1",
    "index-not-concurrent migrations/3_i.sql:2:1",
  ]);
  expect((await report(["migrations/2_m.ts"])).summary).toMatchObject({ files: 1, errors: 0 });
});

describe("bytes", () => {
  test("columns count code points, also behind a BOM, with CRLF, and in the edits", async () => {
    const { report } = await lintProject({
      files: {
        "migrations/1_t.sql": 'create table t (a int, "größe" int);\n',
        "migrations/2_wide.sql": '/* 😀é */ create index "ä" on t ("größe");\n',
        "migrations/3_bom.sql": "\uFEFFcreate index on t (a);\r\n\r\n  create index on t (a);\r\n",
      },
    });
    const found = await report();
    expect(placesOf(found, "index-not-concurrent")).toEqual([
      "index-not-concurrent migrations/2_wide.sql:1:10",
      "index-not-concurrent migrations/3_bom.sql:1:1",
      "index-not-concurrent migrations/3_bom.sql:3:3",
    ]);
    const [wide, bom] = found.findings.filter(({ rule }) => rule === "index-not-concurrent");
    const edit = (line: number, column: number): object => ({
      edits: [{ line, column, endLine: line, endColumn: column, newText: " concurrently" }],
    });
    expect(wide).toMatchObject({ endColumn: 41, fix: edit(1, 22) });
    expect(bom).toMatchObject({ endColumn: 22, fix: edit(1, 13) });
  });

  test("a file that is not UTF-8 is refused with its place, as `up` refuses it", async () => {
    const bytes = Buffer.from("select 1;\nselect '\xff';\n", "latin1");
    const { lint } = await lintProject({ files: { "migrations/1_bad.sql": bytes } });
    const result = await lint(["--json"]);
    expect(result.code).toBe(65);
    expect(result.json()).toMatchObject({
      event: "failure",
      failure: { location: { file: "migrations/1_bad.sql", line: 2 } },
    });
  });
});

test("what can be read around a syntax error is looked at, where it stands", async () => {
  const { report } = await lintProject({
    files: {
      "migrations/1_t.sql": "create table t (a int);\n",
      "migrations/2_bad.sql":
        "alter table t add b int;\n\nselect from where ä;\n\ncreate index on t (b);\n",
      "migrations/3_i.sql": "create index concurrently on t (b);\n",
    },
  });
  const found = await report();
  expect(found.summary["unread"]).toMatchObject([{ file: "migrations/2_bad.sql", line: 3 }]);
  const of = (file: string): string[] => places(found).filter((one) => one.includes(file));
  expect(of("2_bad")).toEqual([
    "syntax-error migrations/2_bad.sql:3:13",
    expect.stringMatching(/-.* migrations\/2_bad\.sql:5:1$/),
  ]);
  // The index of the file that could be read in part is known.
  expect(of("3_i")).toEqual(["duplicate-index migrations/3_i.sql:1:1"]);
});

test("rows of COPY … FROM stdin are no statements", async () => {
  const { report } = await lintProject({
    files: {
      "migrations/1_t.sql": "create table t (a text);\n",
      "migrations/2_rows.sql":
        "copy t (a) from stdin;\ndrop table t;\ncreate index on t (a);\n\\.\n\ncreate index on t (a);\n",
    },
  });
  const found = await report();
  expect(found.summary["statements"]).toBe(3);
  expect(placesOf(found, "drop-table")).toEqual([]);
  expect(placesOf(found, "index-not-concurrent")).toEqual([
    "index-not-concurrent migrations/2_rows.sql:6:1",
  ]);
});
