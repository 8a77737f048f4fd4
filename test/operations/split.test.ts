import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nativeSet } from "../../src/migrations/migration.ts";
import { readMigrations } from "../../src/migrations/discover.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { DEFAULT_SETTINGS, type RunnerOptions } from "../../src/runner/options.ts";
import { split } from "../../src/runner/split.ts";
import { up } from "../../src/runner/up.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { traces } from "./look-only.ts";

const MIXED = "create table t (id int);\ncreate index concurrently i on t (id);\nselect 1;\n";
const PARTS = [
  "create table t (id int);\n",
  "create index concurrently i on t (id);\n",
  "select 1;\n",
];

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

async function folder(files: Readonly<Record<string, string>>) {
  const { dir } = await project({ files });
  const warnings: string[] = [];
  const options: RunnerOptions = {
    target: await resolveTarget({ url: db.url, env: {} }),
    source: async () => nativeSet(await readMigrations(["migrations"], { cwd: dir })),
    settings: { ...DEFAULT_SETTINGS, connectWaitMs: 0 },
    onEvent: (event) => event.event === "warning" && warnings.push(event.message),
  };
  const list = async (): Promise<string[]> => (await readdir(join(dir, "migrations"))).sort();
  const text = (name: string): Promise<string> => readFile(join(dir, "migrations", name), "utf8");
  return { dir, options, warnings, list, text };
}

test("the parts are shown, and nothing is written anywhere", async () => {
  const { options, list } = await folder({ "migrations/007_x.sql": MIXED });
  const before = await traces(db);
  expect(await split(options, "migrations/007_x.sql", { write: false })).toEqual({
    files: PARTS.map((text, index) => ({
      path: `migrations/00${7 + index}_x_part_${index + 1}.sql`,
      text,
    })),
  });
  expect(await list()).toEqual(["007_x.sql"]);
  expect(await traces(db)).toBe(before);
});

test("the parts take the file's place and run", async () => {
  const { dir, options, list, text } = await folder({
    "migrations/007_x.sql": MIXED,
    "migrations/010_y.sql": "select 10",
  });
  const { files } = await split(options, join(dir, "migrations/007_x.sql"), { write: true });
  expect(await list()).toEqual([
    "007_x_part_1.sql",
    "008_x_part_2.sql",
    "009_x_part_3.sql",
    "010_y.sql",
  ]);
  expect(await text("008_x_part_2.sql")).toBe(files[1]!.text);
  const { applied } = await up(options);
  expect(applied).toEqual(["007_x_part_1", "008_x_part_2", "009_x_part_3", "010_y"]);
});

test("a value added to an enum goes before its use", async () => {
  await db.admin.query("create type mood as enum ('sad'); create table m (mood mood)");
  const { options } = await folder({
    "migrations/1_m.sql": "alter type mood add value 'ok';\ninsert into m values ('ok');\n",
  });
  const { files } = await split(options, "1_m.sql", { write: true });
  expect(files).toHaveLength(2);
  expect((await up(options)).applied).toEqual(["1_m_part_1", "2_m_part_2"]);
});

test("the down file goes with the last part, and that is said", async () => {
  const { options, list, warnings } = await folder({
    "migrations/1_x.up.sql": MIXED,
    "migrations/1_x.down.sql": "drop table t",
  });
  const { files } = await split(options, "1_x.up.sql", { write: true });
  expect(files.at(-1)).toEqual({ path: "migrations/3_x_part_3.down.sql", text: "drop table t" });
  expect(await list()).toEqual([
    "1_x_part_1.up.sql",
    "2_x_part_2.up.sql",
    "3_x_part_3.down.sql",
    "3_x_part_3.up.sql",
  ]);
  expect(warnings).toEqual([expect.stringContaining("goes with the last part")]);
});

test("no part takes or passes a version that is there already", async () => {
  const files = { "migrations/1_x.sql": MIXED, "migrations/3_y.sql": "select 3" };
  const { options, list } = await folder(files);
  await expect(split(options, "1_x.sql", { write: true })).rejects.toMatchObject({
    class: "usage",
    exitCode: 65,
    what: "`1_x` becomes 3 files with the versions 1 to 3, and version 3 is there already.",
  });
  expect(await list()).toEqual(["1_x.sql", "3_y.sql"]);
});

test("a file that is applied, or whole, or no versioned SQL is not split", async () => {
  const { options, list } = await folder({
    "migrations/1_a.sql": "create table a (id int)",
    "migrations/2_b.sql": "-- lockstep:transaction statement\nselect 1;\nvacuum",
    "migrations/3_c.ts": "export function up() {}",
    "migrations/4_d.sql": "select 4",
    "migrations/4_d.down.sql": "select 4",
    "migrations/R__r.sql": "create or replace view r as select 1 as one",
  });
  await up(options, { to: "1" });
  for (const [file, why] of [
    ["1_a.sql", "is applied already"],
    ["2_b.sql", "no parts"],
    ["3_c.ts", "a module"],
    ["4_d.down.sql", "a down migration"],
    ["R__r.sql", "repeatable"],
    ["9_z.sql", "not a migration of this project"],
  ] as const) {
    await expect(split(options, file, { write: true })).rejects.toMatchObject({
      class: "usage",
      what: expect.stringContaining(why),
    });
  }
  expect(await list()).toHaveLength(6);
});

test("without a database the reason for asking it is given", async () => {
  const { options, list } = await folder({ "migrations/1_x.sql": MIXED });
  const target = await resolveTarget({ url: "postgres://nobody@127.0.0.1:1/x", env: {} });
  await expect(split({ ...options, target }, "1_x.sql", { write: true })).rejects.toMatchObject({
    class: "conn.refused",
    notes: [expect.stringContaining("has to ask the database")],
  });
  expect(await list()).toEqual(["1_x.sql"]);
});
