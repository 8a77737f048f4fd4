/** Atlas: its sums, its directives, its archives with checks, its checkpoints. */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Failure } from "../../src/failures/failure.ts";
import { formatNamed } from "../../src/formats/read-foreign.ts";
import { readSource } from "../../src/formats/read-source.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { DEFAULT_SETTINGS, type RunnerOptions } from "../../src/runner/options.ts";
import { up } from "../../src/runner/up.ts";
import { verify } from "../../src/runner/verify.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { historySchema } from "../support/elsewhere.ts";
import { project } from "../support/project.ts";
import { asReader, formatSuite } from "./harness.ts";

formatSuite({
  format: "atlas",
  dir: "atlas/migrations",
  half: 5,
  ids: [
    "20240101090000_products",
    "20240102090000_price_history",
    "20240103090000_categories",
    "20240104090000_names",
    "20240105090000_stock_state",
    "20240106090000_indexes",
    "20240107090000_discontinued",
    "20240108090000_seed",
    "20240109090000_drop_history",
    "20240110090000_rules",
  ],
  results: {
    "select name from categories order by id": [
      { name: "Tea -- end; of the day" },
      { name: "Kaffee „schwarz“" },
    ],
    "select title from product_names order by id": [
      { title: "Old tea ; " },
      { title: "Sencha ; " },
      { title: 'Änderung; "groß" ; ' },
    ],
    "select total_cents()::int as cents, to_regclass('price_history')::text as history": [
      { cents: 2150, history: null },
    ],
  },
});

const OPTIONS = { env: {}, format: "atlas" };

function sums(files: Readonly<Record<string, string>>): string {
  const hash = createHash("sha256");
  const total = createHash("sha256");
  const lines = Object.entries(files).map(([name, text]) => {
    const sum = hash.update(name).update(text).copy().digest("base64");
    total.update(name).update(sum);
    return `${name} h1:${sum}\n`;
  });
  return `h1:${total.digest("base64")}\n${lines.join("")}`;
}

async function folder(files: Readonly<Record<string, string>>): Promise<string> {
  return (await project({ files })).dir;
}

async function problem(files: Readonly<Record<string, string>>): Promise<string> {
  const cwd = await folder(files);
  const failure = await readSource([cwd], { ...OPTIONS, cwd }).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Failure);
  const { class: kind, what, location } = failure as Failure;
  return `${kind} ${location?.file}: ${what}`;
}

async function runner(
  db: TestDatabase,
  cwd: string,
  history: string = historySchema,
): Promise<RunnerOptions> {
  return {
    target: await resolveTarget({ url: db.url, env: {} }),
    source: () => readSource([cwd], { ...OPTIONS, cwd }),
    settings: { ...DEFAULT_SETTINGS, connectWaitMs: 0, historySchema: history },
  };
}

describe("atlas.sum", () => {
  const files = { "1_a.sql": "select 1;\n", "2_b.sql": "select 2;\n", "3_c.sql": "select 3;\n" };

  test.each([
    ["an edited file", { ...files, "2_b.sql": "select 22;\n" }, "2_b.sql", "was changed"],
    [
      "an added file",
      { ...files, "21_bb.sql": "select 1;\n" },
      "21_bb.sql",
      "is not in `atlas.sum`",
    ],
    ["an added last file", { ...files, "4_d.sql": "" }, "4_d.sql", "is not in `atlas.sum`"],
    ["a removed file", omit(files, "2_b.sql"), "2_b.sql", "the file does not exist"],
    ["a removed last file", omit(files, "3_c.sql"), "3_c.sql", "the file does not exist"],
  ])("%s is named", async (_name, changed, file, words) => {
    const said = await problem({ ...changed, "atlas.sum": sums(files) });
    expect(said).toContain(`file.invalid ${file}:`);
    expect(said).toContain(words);
  });

  test("a line that was merged badly is named", async () => {
    const sum = sums(files);
    expect(await problem({ ...files, "atlas.sum": `${sum}<<<<<<< HEAD\n` })).toMatch(
      /atlas\.sum: Line 5 /,
    );
    expect(await problem({ ...files, "atlas.sum": sum.replace(/^h1:./, "h1:_") })).toContain(
      "is not the hash of the lines below it",
    );
  });

  test("line endings that git has changed are no edit", async () => {
    const changed = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [name, text.replaceAll("\n", "\r\n")]),
    );
    const cwd = await folder({ ...changed, "atlas.sum": sums(files) });
    expect((await readSource([cwd], { cwd, env: {} })).format).toBe("atlas");
  });

  test("without it the folder is still read", async () => {
    const cwd = await folder({ "1_a.sql": "-- atlas:txmode none\n\nselect 1;" });
    expect((await readSource([cwd], { cwd, env: {} })).format).toBe("atlas");
  });

  test("beside the files of another tool it says nothing", async () => {
    const others = { "1_a.up.sql": "select 1;", "1_a.down.sql": "select 2;" };
    const cwd = await folder({ ...others, "atlas.sum": sums(others) });
    expect((await readSource([cwd], { cwd, env: {} })).format).toBe("golang-migrate");
  });
});

describe("files that Atlas would not run as they look", () => {
  const archive = (text: string) => ({ "1_a.sql": `-- atlas:txtar\n\n${text}` });
  test.each([
    ["two versions", { "1_a.sql": "", "1_b.sql": "" }, "file.duplicate 1_b.sql"],
    ["a pair", { "1_a.up.sql": "", "1_a.down.sql": "" }, "file.duplicate 1_a.up.sql"],
    ["another encoding", { "1_a.sql": "select '\u00e9';" }, "file.encoding 1_a.sql"],
    ["a folder", { "1_a.sql/b.sql": "" }, "1_a.sql: `1_a.sql` is a folder"],
    ["a mode", { "1_a.sql": "-- atlas:txmode nope\n\nselect 1;" }, "`atlas:txmode nope`"],
    ["an import", { "1_a.sql": "-- atlas:import b.sql\n\nselect 1;" }, "`atlas:import`"],
    ["no migration", archive("-- checks.sql --\nselect true;\n"), "no section `migration.sql`"],
    ["unknown", archive("-- migration.sql --\nselect 1;\n-- More --\n"), "a section `More`"],
    ["twice", archive("-- migration.sql --\n-- migration.sql --\n"), "two sections"],
  ])("%s", async (name, files, expected) => {
    const cwd = await folder(files);
    if (name === "another encoding") writeFileSync(join(cwd, "1_a.sql"), "select 'é';", "latin1");
    const failure = (await readSource([cwd], { ...OPTIONS, cwd }).catch(
      (error: unknown) => error,
    )) as Failure;
    const { class: kind, what, location } = failure;
    expect(`${kind} ${location?.file}: ${what}`).toContain(expected);
  });
});

describe("checks", () => {
  const TRUE = [
    "select true",
    "select 1, 'other'",
    "select 't'::text",
    "with a as (select true as b) select b from a",
  ];
  const FALSE = [
    "select false",
    "select null",
    "select 0",
    "select 1 where false",
    "select",
    "select $lockstep$no$lockstep$",
  ];

  const archive = (checks: string) =>
    `-- atlas:txtar\n\n${checks}\n-- migration.sql --\ncreate table made (id int);\n`;

  test.each(TRUE)("%s: the migration runs", async (sql) => {
    await using db = await freshDatabase();
    await db.admin.query(`create table truth as select 1`);
    const cwd = await folder({ "1_a.sql": archive(`-- checks.sql --\n${sql};\n`) });
    expect((await up(await runner(db, cwd))).applied).toEqual(["1_a"]);
  });

  test.each(FALSE)("%s: nothing of it runs", async (sql) => {
    await using db = await freshDatabase();
    const cwd = await folder({ "1_a.sql": archive(`-- checks.sql --\nselect true;\n${sql};\n`) });
    await expect(up(await runner(db, cwd))).rejects.toThrow(/The check in checks\.sql/);
    const rows = await db.admin.query("select to_regclass('made')::text as made");
    expect(rows).toEqual([{ made: null }]);
    await expectNoLeftovers(db);
  });

  test("one of a section is enough where it says so, and none is not", async () => {
    const oneOf = (...sql: string[]) =>
      archive(
        `-- checks/a.sql --\n-- atlas:assert oneof\n\n${sql.map((one) => `${one};\n`).join("")}`,
      );
    await using db = await freshDatabase();
    const good = await folder({ "1_a.sql": oneOf("select false", "select true", "select false") });
    expect((await up(await runner(db, good))).applied).toEqual(["1_a"]);
    for (const sql of [["select false", "select false"], []]) {
      const bad = await folder({ "2_a.sql": oneOf(...sql) });
      await expect(up(await runner(db, bad, "another"))).rejects.toThrow(Failure);
    }
  });

  test("they also hold back a file without a transaction", async () => {
    await using db = await freshDatabase();
    await db.admin.query("create table t (a int)");
    const text = `-- atlas:txtar\n-- atlas:txmode none\n\n-- checks.sql --\nselect false;\n-- migration.sql --\ncreate index concurrently i on t (a);\n`;
    const cwd = await folder({ "1_a.sql": text });
    await expect(up(await runner(db, cwd))).rejects.toThrow(/The check in checks\.sql/);
    expect(await db.admin.query("select to_regclass('i')::text as i")).toEqual([{ i: null }]);
  });
});

describe("checkpoints", () => {
  const files = {
    "1_a.sql": "create table a (id int);",
    "2_b.sql": "create table b (id int);",
    "3_checkpoint.sql":
      "-- atlas:checkpoint v1\n\ncreate table a (id int);create table b (id int);",
    "4_c.sql": "create table c (id int);",
  };

  test("an empty database starts at the newest one, and nothing before it is missed", async () => {
    await using db = await freshDatabase();
    const options = await runner(db, await folder({ ...files, "atlas.sum": sums(files) }));
    expect((await up(options)).applied).toEqual(["3_checkpoint", "4_c"]);
    expect((await up(options)).outcome).toBe("nothing-to-do");
    expect((await verify(options)).problems).toEqual([]);
  });

  test("a database with a history passes over it", async () => {
    await using db = await freshDatabase();
    const before = omit(files, "3_checkpoint.sql", "4_c.sql");
    expect((await up(await runner(db, await folder(before)))).applied).toEqual(["1_a", "2_b"]);
    const options = await runner(db, await folder(files));
    expect((await up(options)).applied).toEqual(["4_c"]);
    expect((await up(options)).outcome).toBe("nothing-to-do");
  });

  test("a baseline of Atlas stands for the files before it", async () => {
    const cwd = await folder(files);
    const { migrations } = await readSource([cwd], { ...OPTIONS, cwd });
    const { history } = formatNamed("atlas");
    const baseline = { key: "2", state: "applied", note: "baseline" } as const;
    const row = { ...baseline, checksum: null, appliedAt: null, appliedBy: null, durationMs: 0 };
    const keys = history!.expand!([row], migrations).map(({ key }) => key);
    expect(keys).toEqual(["1", "2"]);
  });
});

test("the lock has the key that Atlas makes of its name", async () => {
  await using db = await freshDatabase();
  const { history } = formatNamed("atlas");
  const locks = await history!.locks(asReader(db), history!.defaultTable);
  // hash/fnv, New32, over `atlas_migrate_execute`.
  expect(locks).toEqual([{ kind: "advisory", key: 2686470616n }]);
});

test("what Atlas began and did not end is failed, and its identifier is no revision", async () => {
  await using db = await freshDatabase();
  const { history } = formatNamed("atlas");
  const table = history!.defaultTable;
  for (const sql of history!.create(table)) await db.admin.query(sql);
  await db.admin.query(
    `insert into atlas_schema_revisions.atlas_schema_revisions values
      ('.atlas_cloud_identifier', 'x', 2, 0, 0, now(), 0, null, null, '', null, 'Atlas CLI'),
      ('1', 'a', 2, 2, 2, now(), 3000000, '', '', 'h', null, 'Atlas CLI'),
      ('2', 'b', 2, 1, 2, now(), 0, 'syntax error', 'selec', 'h', '["h1:x"]', 'Atlas CLI')`,
  );
  const rows = await history!.read(asReader(db), table);
  expect(rows.map(({ key, state, durationMs, note }) => [key, state, durationMs, note])).toEqual([
    ["1", "applied", 3, undefined],
    ["2", "failed", 0, "syntax error"],
  ]);
});

function omit(
  from: Readonly<Record<string, string>>,
  ...names: readonly string[]
): Record<string, string> {
  return Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));
}
