/** Which format a folder is taken for, and that ours is never taken for another's. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readSource } from "../../src/formats/read-source.ts";
import { Failure } from "../../src/failures/failure.ts";
import { FORMATS } from "../../src/formats/registry.ts";
import { qualified } from "../../src/postgres/identifiers.ts";
import { up } from "../../src/runner/up.ts";
import { freshDatabase } from "../support/database.ts";
import { runnerOptionsFor } from "../support/library-run.ts";
import { project } from "../support/project.ts";
import { asReader } from "./harness.ts";

async function formatOf(...names: readonly (string | [string, string])[]): Promise<string> {
  const files = Object.fromEntries(
    names.map((one) =>
      typeof one === "string" ? [`m/${one}`, "select 1;\n"] : [`m/${one[0]}`, one[1]],
    ),
  );
  const { dir } = await project({ files });
  return (await readSource(["m"], { cwd: dir, env: {} })).format;
}

test.each([
  [["1_a.sql"]],
  [["1_a.sql", "1_a.down.sql", "R__view.sql", "2_b.ts"]],
  [["20240101120000_a.sql", "20240101120000_a.down.sql"]],
  [[["1_a.sql", "-- see the atlas: page 3\nselect 1;"] as [string, string]]],
  [[["1_a.sql", "select 'migrate:up';"] as [string, string]]],
])("%j is our own format", async (names) => {
  expect(await formatOf(...names)).toBe("native");
});

test("the signs of two tools are an error that says which", async () => {
  const work = formatOf(
    ["1_a.sql", "-- migrate:up\nselect 1;\n-- migrate:down\n"],
    ["V1__a.sql", "select 1;"],
    ["V2__b.sql", "select 1;"],
  );
  const failure: unknown = await work.catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  const { class: id, exitCode, notes } = failure as Failure;
  expect([id, exitCode]).toEqual(["file.format", 65]);
  expect(notes.join("\n")).toContain("dbmate: ");
});

test("a folder whose migrations are one folder below says where they are", async () => {
  const files = { "m/postgres/1_a.sql": "select 1;", "m/mysql/1_a.sql": "select 1;" };
  const { dir } = await project({ files });
  const { migrations, notes } = await readSource(["m"], { cwd: dir, env: {} });
  expect([migrations, notes]).toEqual([
    [],
    [
      "`m` has no migrations, but SQL files in `mysql`, `postgres`: name the right folder with `--dir`.",
    ],
  ]);
});

test("an unknown format is named with the nearest one", async () => {
  const { dir } = await project({ files: { "m/1_a.sql": "select 1;" } });
  await expect(readSource(["m"], { cwd: dir, env: {}, format: "dbmat" })).rejects.toThrow(
    "`dbmat` is not a format of migrations.",
  );
});

test.each(
  FORMATS.filter(({ history }) => history?.view).map((format) => [format.id, format] as const),
)("the view of %s can be read, with the columns of its table", async (_id, { history }) => {
  await using db = await freshDatabase();
  const table = history!.defaultTable;
  if (table.schema !== "public") await db.admin.query(`create schema "${table.schema}"`);
  for (const sql of history!.create(table)) await db.admin.query(sql);
  const found = (await history!.find(asReader(db)))[0]!;
  const place = qualified(found.schema, found.name);
  const columns = `select a.attname as name from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 order by 1`;
  const theirs = await db.admin.query(columns, [place]);
  const given = await runnerOptionsFor(db.url, { "1_a.sql": "create table a ();" });
  await up(given);
  await db.admin.query(`create view public.read_me as ${history!.view!("lockstep.migrations")}`);
  expect(await db.admin.query(columns, ["public.read_me"])).toEqual(theirs);
  expect(await db.admin.query("select * from public.read_me")).toHaveLength(1);
});

test("every format has its page, and is in the table of them", () => {
  const docs = join(import.meta.dirname, "../../docs/formats");
  const listed = [
    ...readFileSync(join(docs, "README.md"), "utf8").matchAll(/^\| \[`([^`]+)`\]\(/gm),
  ];
  expect(listed.map(([, id]) => id)).toEqual(FORMATS.map(({ id }) => id).toSorted());
  for (const { id } of FORMATS)
    expect([id, existsSync(join(docs, `${id}.md`))]).toEqual([id, true]);
});
