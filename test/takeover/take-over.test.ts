/** What comes before, beside and after `adopt`: refusals, their locks, the transition, the way back. */
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readSource } from "../../src/formats/read-source.ts";
import { Failure } from "../../src/failures/failure.ts";
import { formatNamed } from "../../src/formats/read-foreign.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { down } from "../../src/runner/down.ts";
import { DEFAULT_SETTINGS } from "../../src/runner/options.ts";
import { up } from "../../src/runner/up.ts";
import { verify } from "../../src/runner/verify.ts";
import { adopt, type AdoptOptions } from "../../src/takeover/adopt.ts";
import { exportHistory } from "../../src/takeover/export-history.ts";
import { finishAdoption } from "../../src/takeover/finish.ts";
import { asReader } from "../formats/harness.ts";
import { runCli } from "../support/cli.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "../support/database.ts";
import { homeSchema } from "../support/elsewhere.ts";
import { project } from "../support/project.ts";

const REASON = { by: "somebody", why: "a test" };

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

const GOLANG = {
  "m/1_a.up.sql": "create table a (id int);",
  "m/1_a.down.sql": "drop table a;",
  "m/2_b.up.sql": "create table b (id int);",
  "m/2_b.down.sql": "drop table b;",
  "m/3_index.up.sql": "create index concurrently b_id on b (id);",
  "m/3_index.down.sql": "drop index concurrently b_id;",
};

const DBMATE = {
  "m/1_a.sql": "-- migrate:up\ncreate table a (id int);\n-- migrate:down\ndrop table a;\n",
  "m/2_b.sql": "-- migrate:up\ncreate table b (id int);\n-- migrate:down\ndrop table b;\n",
};

async function options(
  files: Readonly<Record<string, string>>,
  extra: Partial<AdoptOptions> = {},
): Promise<AdoptOptions & { dir: string }> {
  const { dir } = await project({ files });
  const readAs = (format?: string) =>
    readSource(["m"], { cwd: dir, env: {}, ...(format !== undefined && { format }) });
  return {
    dir,
    target: await resolveTarget({ url: db.url, env: {} }),
    source: () => readAs(),
    readAs,
    settings: { ...DEFAULT_SETTINGS, connectWaitMs: 0 },
    ...extra,
  };
}

/** The rows of golang-migrate as it writes them. */
async function golangAt(version: number, dirty = false): Promise<void> {
  await db.admin.query(
    "create table schema_migrations (version bigint not null primary key, dirty boolean not null)",
  );
  await db.admin.query("insert into schema_migrations values ($1, $2)", [version, dirty]);
}

async function failureOf(work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

describe("adopt refuses", () => {
  test("a database without another tool's history", async () => {
    const failure = await failureOf(adopt(await options(GOLANG), REASON));
    expect([failure.class, failure.exitCode]).toEqual(["adopt.none", 65]);
    expect(failure.what).toContain("public.schema_migrations");
  });

  test("a dirty version, with the way out", async () => {
    await golangAt(2, true);
    const failure = await failureOf(adopt(await options(GOLANG), REASON));
    expect([failure.class, failure.migration]).toEqual(["adopt.failed_row", "2_b"]);
    expect(failure.action).toContain("migrate force");
    expect(await db.admin.query("select to_regnamespace('lockstep') as n")).toEqual([{ n: null }]);
  });

  test("a table of the same name that is another tool's", async () => {
    // Rails has the same column, and its own table beside it.
    await db.admin.query("create table schema_migrations (version varchar primary key)");
    await db.admin.query("create table ar_internal_metadata (key varchar primary key)");
    const failure = await failureOf(adopt(await options(DBMATE), REASON));
    expect(failure.class).toBe("adopt.none");
  });

  test("two histories of one tool, until one is named", async () => {
    await golangAt(1);
    await db.admin.query("create schema other");
    await db.admin.query(
      "create table other.schema_migrations (version bigint primary key, dirty boolean)",
    );
    await db.admin.query("insert into other.schema_migrations values (2, false)");
    const failure = await failureOf(adopt(await options(GOLANG), REASON));
    expect(failure.class).toBe("adopt.ambiguous");
    expect(failure.notes.join("\n")).toContain("--table other.schema_migrations");
    const result = await adopt(await options(GOLANG, { table: "other.schema_migrations" }), REASON);
    expect(result.adopted).toBe(2);
  });

  test("while the other tool holds its lock, without ever queueing for it", async () => {
    await golangAt(2);
    const [lock] = await formatNamed("golang-migrate").history!.locks(asReader(db), {
      schema: homeSchema,
      name: "schema_migrations",
    });
    expect(lock?.kind).toBe("advisory");
    const key = String((lock as { key: bigint }).key);
    const other = await connect(db.url, "test migrate");
    await other.query("select pg_advisory_lock($1)", [key]);
    const given = await options(GOLANG);
    const busy = { ...given, settings: { ...given.settings, lockWaitMs: 600 } };
    const failure = await failureOf(adopt(busy, REASON));
    expect([failure.class, failure.exitCode]).toEqual(["adopt.busy", 75]);
    await other.end();
    expect((await adopt(given, REASON)).adopted).toBe(2);
  });
});

test("what is missing on disk is adopted too, and is no problem later", async () => {
  await db.admin.query("create table schema_migrations (version varchar(128) primary key)");
  await db.admin.query("insert into schema_migrations values ('0'), ('1'), ('7')");
  const given = await options(DBMATE);
  const result = await adopt(given, REASON);
  expect(result.entries.map(({ id, state }) => [id, state])).toEqual([
    ["1_a", "applied"],
    ["2_b", "pending"],
    ["0", "missing"],
    ["7", "missing"],
  ]);
  expect(result.adopted).toBe(3);
  expect((await verify(given)).problems).toEqual([]);
  expect((await up(given)).applied).toEqual(["2_b"]);
});

test("the command shows what it found, in words and as JSON", async () => {
  await golangAt(2);
  const { dir } = await options(GOLANG);
  const dry = await runCli(["adopt", "--dir", "m", "--dry-run"], { cwd: dir, url: db.url });
  expect(dry.stderr).toBe("");
  expect(dry.stdout).toMatch(
    /1_a +applied[^]*2_b +applied[^]*3_index +pending[^]*Nothing is written/,
  );
  const run = await runCli(["adopt", "--dir", "m", "--json"], { cwd: dir, url: db.url });
  expect(run.json()).toMatchObject({ format: "golang-migrate", adopted: 2, known: 0 });
  const again = await runCli(["adopt", "--dir", "m", "--json"], { cwd: dir, url: db.url });
  expect(again.json()).toMatchObject({ adopted: 0, known: 2 });
  const status = await runCli(["status", "--dir", "m"], { cwd: dir, url: db.url });
  expect(status.stdout).toContain("(golang-migrate)");
});

describe("--keep-theirs", () => {
  const theirs = (): Promise<unknown[]> =>
    db.admin.query("select version::int, dirty from schema_migrations");

  test("both histories agree after each run, up and down, until it is finished", async () => {
    await golangAt(1);
    await db.admin.query("create table a (id int)");
    const given = await options(GOLANG, { keepTheirs: true });
    expect((await adopt(given, REASON)).keepTheirs).toBe(true);
    expect((await up(given)).applied).toEqual(["2_b", "3_index"]);
    expect(await theirs()).toEqual([{ version: 3, dirty: false }]);
    expect((await down(given, { count: 2 })).applied).toEqual(["3_index", "2_b"]);
    expect(await theirs()).toEqual([{ version: 1, dirty: false }]);

    expect(await finishAdoption(given, REASON)).toEqual({
      format: "golang-migrate",
      table: `${homeSchema}.schema_migrations`,
    });
    expect((await up(given)).applied).toEqual(["2_b", "3_index"]);
    expect(await theirs()).toEqual([{ version: 1, dirty: false }]);
    expect(await finishAdoption(given, REASON)).toEqual({ format: null, table: null });
  });

  test("what the other tool applied meanwhile is not applied again", async () => {
    await golangAt(1);
    await db.admin.query("create table a (id int)");
    const given = await options(GOLANG, { keepTheirs: true });
    await adopt(given, REASON);
    await db.admin.query("create table b (id int)");
    await db.admin.query("update schema_migrations set version = 2");
    const failure = await failureOf(up(given));
    expect([failure.class, failure.migration]).toEqual(["adopt.behind", "2_b"]);
    await adopt(given, REASON);
    expect((await up(given)).applied).toEqual(["3_index"]);
    expect(await theirs()).toEqual([{ version: 3, dirty: false }]);
  });

  test("a waiter of the other tool does not stop a concurrent index build", async () => {
    await golangAt(2);
    await db.admin.query("create table b (id int)");
    const given = await options(GOLANG, { keepTheirs: true });
    await adopt(given, REASON);
    const history = formatNamed("golang-migrate").history!;
    const [lock] = await history.locks(asReader(db), {
      schema: homeSchema,
      name: "schema_migrations",
    });
    const key = String((lock as { key: bigint }).key);
    // It blocks in pg_advisory_lock as soon as the run has the lock, and lets go when it gets it.
    const other = await connect(db.url, "test migrate");
    let got = 0;
    const result = await up({
      ...given,
      onEvent(event) {
        if (event.event === "migration-started") {
          void other
            .query("select pg_advisory_lock($1)", [key])
            .then(() => other.query("select pg_advisory_unlock($1)", [key]))
            .then(() => (got += 1));
        }
      },
    });
    expect(result.applied).toEqual(["3_index"]);
    const [index] = await db.admin.query(
      "select indisvalid as valid from pg_index where indexrelid = 'b_id'::regclass",
    );
    expect(index).toEqual({ valid: true });
    await other.query("select 1");
    await other.end();
    expect(got).toBe(1);
  });
});

describe("export-history", () => {
  test("writes what is applied as the other tool does, and again nothing", async () => {
    const given = await options(DBMATE);
    await up(given);
    const dry = await exportHistory({ ...given, to: "dbmate", dryRun: true }, REASON);
    expect([dry.exported, dry.created]).toEqual([["1_a", "2_b"], true]);
    expect(await db.admin.query("select to_regclass('schema_migrations') as t")).toEqual([
      { t: null },
    ]);
    await exportHistory({ ...given, to: "dbmate" }, REASON);
    expect(await db.admin.query("select version from schema_migrations order by 1")).toEqual([
      { version: "1" },
      { version: "2" },
    ]);
    const again = await exportHistory({ ...given, to: "dbmate" }, REASON);
    expect([again.exported, again.known, again.created]).toEqual([[], 2, false]);
    // The table that was made is no drift.
    const later = { ...DBMATE, "m/3_c.sql": "-- migrate:up\ncreate table c ();\n" };
    expect((await up(await options(later))).warnings).toEqual([]);
  });

  test("the command, there and back", async () => {
    const { dir } = await options(GOLANG);
    const cwd = { cwd: dir, url: db.url };
    expect((await runCli(["up", "--dir", "m"], cwd)).code).toBe(0);
    const exported = await runCli(["export-history", "--to", "golang-migrate", "--dir", "m"], cwd);
    expect([exported.code, exported.stderr]).toEqual([0, ""]);
    expect(exported.stdout).toContain(
      "Wrote 3 migrations into public.schema_migrations (golang-migrate, new).",
    );
    expect(await db.admin.query("select version::int, dirty from schema_migrations")).toEqual([
      { version: 3, dirty: false },
    ]);
  });
});

describe("convert", () => {
  test("writes our own format, proves it, and adopt renames what is applied", async () => {
    const given = await options({
      ...DBMATE,
      "m/10_two.sql":
        "-- migrate:up transaction:false\ncreate table c (id int);\ncreate index concurrently c_id on c (id);\nbegin;\nalter table c add column n int;\ncommit;\ncopy c (id) from stdin;\n1\n2\n\\.\n-- migrate:down\ndrop table c;\n",
    });
    await db.admin.query("create table schema_migrations (version varchar(128) primary key)");
    await db.admin.query("insert into schema_migrations values ('1')");
    await db.admin.query("create table a (id int)");
    await adopt(given, REASON);
    await db.admin.query("update lockstep.migrations set needs_code = '1'");
    await db.admin.query(
      `insert into lockstep.migrations (kind, name, duration_ms, run_id, tool_version, needs_code)
       values ('repeatable', 'later', 0, gen_random_uuid(), '0', '1')`,
    );
    const cwd = { cwd: given.dir, url: db.url };
    const converted = await runCli(["convert", "--to", "native", "native", "--dir", "m"], cwd);
    expect([converted.code, converted.stderr]).toEqual([0, ""]);
    // By name as text: `10_two` comes before `1_a`.
    expect(
      (await readdir(join(given.dir, "native"))).filter((name) => !name.startsWith(".")),
    ).toEqual([
      "0001_two.down.sql",
      "0001_two.sql",
      "0002_a.down.sql",
      "0002_a.sql",
      "0003_b.down.sql",
      "0003_b.sql",
    ]);
    const text = await readFile(join(given.dir, "native/0001_two.sql"), "utf8");
    expect(text).toMatch(/^-- lockstep:transaction statement\ncreate table/);
    expect(text).not.toMatch(/begin|commit|migrate:/);
    const adopted = await runCli(["adopt", "--dir", "native", "--json"], cwd);
    expect(adopted.json()).toEqual({ from: "dbmate", renamed: 1 });
    expect((await runCli(["adopt", "--dir", "native", "--json"], cwd)).json()).toEqual({
      from: "dbmate",
      renamed: 0,
    });
    // What code must ship has its new name, too.
    expect(
      await db.admin.query("select version, needs_code from lockstep.migrations order by version"),
    ).toEqual([
      { version: "2", needs_code: "2" },
      { version: null, needs_code: "2" },
    ]);
    // `0001_two` was not applied when `0002_a` was: in our own format that has to be allowed.
    const late = ["--dir", "native", "--out-of-order", "allow", "--json"];
    const rest = await runCli(["up", ...late], cwd);
    expect(rest.stderr).toBe("");
    expect(rest.events().at(-1)).toMatchObject({ applied: ["0001_two", "0003_b"] });
    expect(await db.admin.query("select id from c order by id")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test("a folder that is not empty is left alone", async () => {
    const { dir } = await options(DBMATE);
    await mkdir(join(dir, "native"));
    await writeFile(join(dir, "native/x.txt"), "mine");
    const result = await runCli(["convert", "native", "--dir", "m"], { cwd: dir });
    expect([result.code, await readdir(join(dir, "native"))]).toEqual([65, ["x.txt"]]);
  });
});

describe("a migration that reads the other tool's history", () => {
  const files = {
    ...DBMATE,
    "m/3_look.sql":
      "-- migrate:up\ncreate table seen as select version from schema_migrations;\n-- migrate:down\ndrop table seen;\n",
  };

  test("finds a view of its name on request", async () => {
    const given = await options(files);
    const failure = await failureOf(up(given));
    expect([failure.class, failure.migration]).toEqual(["object.missing", "3_look"]);
    const settings = { ...given.settings, historyView: true };
    expect((await up({ ...given, settings })).applied).toEqual(["3_look"]);
    expect(await db.admin.query("select version from seen order by 1")).toEqual([
      { version: "1" },
      { version: "2" },
    ]);
  });

  test("and its own table where that is there", async () => {
    await db.admin.query("create table schema_migrations (version varchar(128) primary key)");
    await db.admin.query("insert into schema_migrations values ('1'), ('2')");
    const { dir, ...given } = await options(files);
    await adopt({ dir, ...given } as AdoptOptions, REASON);
    const result = await runCli(["up", "--history-view", "--dir", "m"], { cwd: dir, url: db.url });
    expect([result.code, result.stderr]).toEqual([0, ""]);
    expect(await db.admin.query("select version from seen order by 1")).toHaveLength(2);
  });
});

describe("new", () => {
  test("in the folder of another tool makes a file of that tool", async () => {
    const { dir } = await options({ "m/0001_a.sql": DBMATE["m/1_a.sql"] });
    const made = await runCli(["new", "Add users", "--dir", "m", "--json"], { cwd: dir });
    expect(made.json()).toEqual({ files: [join("m", "0002_add_users.sql")] });
    expect(await readFile(join(dir, "m/0002_add_users.sql"), "utf8")).toBe(
      "-- migrate:up\n\n\n-- migrate:down\n\n",
    );
  });

  test("says whose files they are where only that tool makes them", async () => {
    const { dir } = await options({
      "m/001_a.sql": "create table a ();\n---- create above / drop below ----\ndrop table a;\n",
    });
    const made = await runCli(["new", "x", "--dir", "m"], { cwd: dir });
    expect([made.code, made.stderr]).toEqual([
      64,
      expect.stringContaining("Make the migration with tern"),
    ]);
  });
});

describe("adopt --rehearse", () => {
  test("says that both tools make the same schema", async () => {
    const { dir } = await options(DBMATE);
    const bin = join(import.meta.dirname, "../../node_modules/.bin/dbmate");
    const command = `${bin} --url "$DATABASE_URL?sslmode=disable" --migrations-dir m --no-dump-schema up`;
    const result = await runCli(["adopt", "--rehearse", "--their-command", command, "--dir", "m"], {
      cwd: dir,
    });
    expect([result.code, result.stderr]).toEqual([0, ""]);
    expect(result.stdout).toContain("2 migrations: Lockstep and dbmate make the same schema.");
  });

  test("says that the other tool is not there", async () => {
    const { dir } = await options(GOLANG);
    const command = "no-such-tool-of-this-name";
    const args = ["adopt", "--rehearse", "--their-command", command, "--dir", "m"];
    const result = await runCli(args, { cwd: dir });
    expect([result.code, result.stderr]).toEqual([
      78,
      expect.stringContaining("cannot be run here"),
    ]);
  });

  test("names what only one of the two has", async () => {
    const { dir } = await options(DBMATE);
    const command = "true";
    const result = await runCli(["adopt", "--rehearse", "--their-command", command, "--dir", "m"], {
      cwd: dir,
    });
    expect(result.code).toBe(81);
    expect(result.stderr).toContain("Only Lockstep: relation public a");
  });
});
