/** tern: templates, one number for a history, and no gaps. */
import { describe, expect, test } from "vitest";
import { readSource } from "../../src/formats/read-source.ts";
import { tern } from "../../src/formats/tern.ts";
import type { MigrationSet } from "../../src/migrations/migration.ts";
import { up } from "../../src/runner/up.ts";
import { freshDatabase } from "../support/database.ts";
import { failureOf, folderWith } from "./folders.ts";
import { asReader, formatSuite, runnerOptions, writeTheirs } from "./harness.ts";

formatSuite({
  format: "tern",
  dir: "tern/migrations",
  half: 5,
  env: { SHOP_READER: "anyone" },
  ids: [
    "001_products",
    "002_touch",
    "003_seed",
    "004_name_indexes",
    "005_status",
    "006_sold_out",
    "7_reader",
    "008_own_block",
    "009_search_path",
    "010_last",
  ],
  results: {
    "select name, status::text from products order by id": [
      { name: "Kürbis; orange", status: "sold out" },
      { name: "it's", status: "draft" },
      { name: "own; block", status: "draft" },
    ],
    "select obj_description('shop_live'::regclass) as comment": [{ comment: "for anyone" }],
    "select count(*)::int as valid from pg_index where indisvalid and indrelid = 'products'::regclass":
      [{ valid: 3 }],
    "select answer()": [{ answer: 42 }],
  },
});

const SPEC = { format: "tern", dir: "", ids: [], half: 0, results: {} };
const read = (files: Record<string, string | Buffer>): Promise<MigrationSet> => {
  const dir = folderWith({ "tern.conf": "[data]\nknown = x\n", ...files });
  return readSource([dir], { cwd: dir, env: {} });
};

describe("what is wrong is named before anything runs", () => {
  const A = { "1_a.sql": "create table a ();" };

  test.each([
    ["a gap", { ...A, "3_c.sql": "select 1;" }, "Number 2 is missing"],
    ["a beginning above 1", { "2_b.sql": "select 1;" }, "Number 1 is missing"],
    ["a double", { ...A, "001_b.sql": "select 1;" }, "both have version `1`"],
    [
      "no SQL",
      { ...A, "2_b.sql": "-- none\n---- create above / drop below ----\nselect 1;" },
      "no SQL",
    ],
    ["another encoding", { ...A, "2_b.sql": Buffer.from([0xff, 0x2d, 0x2d]) }, "2_b.sql"],
    ["a value of tern.conf", { ...A, "tern.conf": '[data]\na = {{ env "NOT_SET" }}\n' }, "`a`"],
  ])("%s", async (_name, files: Record<string, string | Buffer>, message) => {
    expect((await failureOf(read(files))).what).toContain(message);
  });

  test.each([
    ["{{ .gone }}", "`{{ .gone }}` has no value"],
    ["{{ if .known }}x{{ end }}", "`{{ if .known }}` is a template that is not understood"],
    ["{{ .known | upper }}", "`{{ .known | upper }}` is a template"],
    ['{{ template "shared/gone.sql" . }}', "includes a file that is not there"],
    ['{{ template "shared/self.sql" . }}', "includes itself"],
    ['{{ install_snapshot "v1" }}', "is a template that is not understood"],
    ["{{ .known", "`{{` is a template that is not understood"],
  ])("the template %s", async (action, message) => {
    await using db = await freshDatabase();
    const dir = folderWith({
      ...A,
      "tern.conf": "[data]\nknown = x\n",
      "2_b.sql": `select '{{ .known }}';\n${action}\n`,
      "shared/self.sql": '{{ template "shared/self.sql" . }}',
    });
    const failure = await failureOf(up(await runnerOptions(SPEC, db, dir)));
    expect(failure.what).toContain(message);
    const inside = action.includes("self");
    expect(failure.location).toMatchObject({ line: inside ? 1 : 2, column: 1 });
    expect(await db.admin.query("select to_regclass('a') as a")).toEqual([{ a: null }]);
  });
});

test("without anything that only tern writes the folder is ours, unless it is named", async () => {
  const dir = folderWith({ "1_a.sql": "select 1;", "2_b.sql": "select 2;" });
  expect((await readSource([dir], { cwd: dir, env: {} })).format).toBe("native");
  expect((await readSource([dir], { cwd: dir, env: {}, format: "tern" })).format).toBe("tern");
});

test("a section below the line that is empty is no way down", async () => {
  const { migrations } = await read({
    "1_a.sql": "select 1;\n---- create above / drop below ----\n\n",
    "2_b.sql": "select 1;\n---- create above / drop below ----\nselect 2;",
  });
  expect(migrations.map(({ down }) => down !== undefined)).toEqual([false, true]);
});

test("going down writes the number below, and 0 at the end", async () => {
  await using db = await freshDatabase();
  const { migrations } = await read({ "1_a.sql": "select 1;", "2_b.sql": "select 1;" });
  const history = tern.history!;
  await writeTheirs(db, tern, migrations);
  const table = history.defaultTable;
  const versionAfter = async (down: number): Promise<unknown> => {
    for (const { text, values } of history.forget(table, migrations[down]!, migrations[down - 1])) {
      await db.admin.query(text, values ?? []);
    }
    return db.admin.query("select version from schema_version");
  };
  expect(await versionAfter(1)).toEqual([{ version: 1 }]);
  expect(await versionAfter(0)).toEqual([{ version: 0 }]);
  expect(await history.read(asReader(db), table)).toEqual([]);
});
