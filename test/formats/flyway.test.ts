/** Flyway: versions with dots, undo and repeatable scripts, placeholders and script settings. */
import { describe, expect, test } from "vitest";
import { flyway } from "../../src/formats/flyway.ts";
import { readSource } from "../../src/formats/read-source.ts";
import type { MigrationSet } from "../../src/migrations/migration.ts";
import { plan } from "../../src/runner/make-plan.ts";
import { up } from "../../src/runner/up.ts";
import { down } from "../../src/runner/down.ts";
import { expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { adopt } from "../../src/takeover/adopt.ts";
import { adoptOptions, asReader, formatSuite, runnerOptions, writeTheirs } from "./harness.ts";
import { failureOf, folderWith } from "./folders.ts";

const SPEC = { format: "flyway", dir: "", ids: [], half: 0, results: {} };

formatSuite({
  format: "flyway",
  dir: "flyway/migrations",
  half: 5,
  env: { SHOP_READER: "anyone" },
  ids: [
    "V1__customers",
    "V1.1__orders",
    "V1_2__orders_indexes",
    "V1.10.0__status",
    "V002__seed",
    "V2_1__sent",
    "V3__template",
    "V20240101120000__no_description_needed",
    "V20240101120001",
    "R__sales_view",
    "R__sales2",
  ],
  results: {
    "select name, currency from shop.customers order by id": [
      { name: "Zoë ${not replaced}", currency: "EUR" },
      { name: 'B; "quoted"', currency: "EUR" },
    ],
    "select obj_description('shop.customers'::regclass) as comment": [
      { comment: "in shop, for anyone; from V1__customers.sql" },
    ],
    "select shop.letter('Ann') as letter": [{ letter: "Dear Ann," }],
    "select currency, total::text from shop.sales": [{ currency: "EUR", total: "19.00" }],
    "select status::text from shop.orders order by id": [{ status: "sent" }, { status: "open" }],
    "select count(*)::int as valid from pg_index where indisvalid and indrelid = 'shop.orders'::regclass":
      [{ valid: 3 }],
  },
});

const read = (files: Record<string, string | Buffer>, env = {}): Promise<MigrationSet> => {
  const dir = folderWith(files);
  return readSource([dir], { cwd: dir, env });
};
const idsOf = async (files: Record<string, string | Buffer>): Promise<string[]> =>
  (await read(files)).migrations.map(({ id }) => id);

describe("names", () => {
  test("versions are compared part by part, and zeros at the end say nothing", async () => {
    expect(
      await idsOf({
        "V1_10__c.sql": "select 1;",
        "V1.9__b.sql": "select 1;",
        "V01__a.sql": "select 1;",
        "deep/er/V2.0__d.sql": "select 1;",
        "Views.sql": "create view is not looked at",
        "R__b.sql": "select 1;",
        "R__a_z.sql": "select 1;",
        "R__a0.sql": "select 1;",
        "afterClean.sql": "not run by migrate",
      }),
    ).toEqual(["V01__a", "V1.9__b", "V1_10__c", "V2.0__d", "R__a_z", "R__a0", "R__b"]);
  });

  test.each([
    ["V2__Copy.java", "is a Java migration"],
    ["V2__copy.sh", "is a script migration"],
    ["beforeMigrate.sql", "is a callback of Flyway (`beforeMigrate`)"],
    ["afterMigrate__views.sql", "is a callback of Flyway (`afterMigrate`)"],
    ["V1.0__again.sql", "both have version `1`"],
  ])("%s is named before anything runs", async (name, message) => {
    const failure = await failureOf(read({ "V1__a.sql": "select 1;", [`sub/${name}`]: "" }));
    expect(failure.what).toContain(message);
    expect(failure.what).toContain(name);
  });

  test.each([
    ["V1_x.sql", "Flyway ignores it"],
    ["v2__x.sql", "Flyway ignores it"],
    ["V2__x.SQL", "only takes files that end with `.sql`"],
    ["V2x__y.sql", "Flyway ignores it"],
    ["r__view.sql", "Flyway ignores it"],
  ])("%s is left out, and said so", async (name, why) => {
    const { migrations, notes } = await read({ "V1__a.sql": "select 1;", [`sub/${name}`]: "" });
    expect(migrations.map(({ id }) => id)).toEqual(["V1__a"]);
    expect(notes).toEqual([expect.stringContaining(why)]);
    expect(notes?.[0]).toContain(name);
  });

  test.each(["b_tree.sql", "u_users.sql", "R_view.sql", "v.sql"])(
    "%s is nobody's migration",
    async (name) => {
      const { migrations, notes } = await read({ "V1__a.sql": "select 1;", [name]: "" });
      expect([migrations.length, notes]).toEqual([1, undefined]);
    },
  );

  test("two repeatables of one description, a wrong encoding, and a folder in the place of a file", async () => {
    const failure = await failureOf(
      read({
        "V1__a.sql": "select 1;",
        "a/R__x.sql": "select 1;",
        "b/R__x.sql": "select 1;",
        "V2__b.sql": Buffer.from([0x2d, 0x2d, 0xff, 0xfe]),
      }),
    );
    const all = [failure.what, ...failure.notes].join("\n");
    expect(all).toContain("both have the same description");
    expect(all).toContain("V2__b.sql");
  });
});

describe("configuration", () => {
  test.each([
    ["flyway.conf", "flyway.target=3\n", "`target=3`"],
    ["flyway.conf", "flyway.initSql=set role app\n", "`initSql=set role app`"],
    ["flyway.toml", '[flyway]\nencoding = "ISO-8859-1"\n', "`encoding=ISO-8859-1`"],
    ["flyway.toml", "[flyway]\nplaceholders = { a = 1 }\n", "cannot be read"],
    ["V1__a.sql.conf", "shouldExecute=${flag}\n", "Flyway Teams"],
    ["V1__a.sql.conf", "executeInTransaktion=false\n", "is not known here"],
  ])("what %s says and we cannot do is named: %s", async (name, text, message) => {
    const failure = await failureOf(read({ "V1__a.sql": "select 1;", [name]: text }));
    expect(failure.what).toContain(message);
    expect(failure.location?.file).toContain(name);
  });

  test("prefixes, separator, suffixes and locations are taken from a flyway.toml", async () => {
    const files = {
      "flyway.toml": [
        'flyway.environment = "local" # which one',
        "[environments.local]",
        "schemas = [",
        '  "app", # the first one',
        "]",
        "[flyway]",
        'locations = ["filesystem:db/one", "filesystem:db/two"]',
        "sqlMigrationPrefix = 'M'",
        'sqlMigrationSeparator = "-"',
        'sqlMigrationSuffixes = [".pgsql", ".sql"]',
        'placeholderPrefix = "<<"',
        'placeholderSuffix = ">>"',
        "[flyway.placeholders]",
        'table = "things"',
      ].join("\n"),
      "db/one/M1-first.pgsql": "create table <<table>> ();",
      "db/two/M2-second.sql": "select '${x}';",
      "db/three/M3-third.sql": "select 1;",
    };
    await using db = await freshDatabase();
    const dir = folderWith(files);
    const options = await runnerOptions({ ...SPEC, format: "flyway" }, db, dir);
    expect((await up(options)).applied).toEqual(["M1-first", "M2-second"]);
    const rows = await db.admin.query("select to_regclass('app.things')::text as name");
    expect(rows).toEqual([{ name: "app.things" }]);
  });

  test("a placeholder without a value stops the run with its line, and nothing is done", async () => {
    await using db = await freshDatabase();
    const dir = folderWith({
      "V1__a.sql": "create table a ();",
      "V2__b.sql": "-- ${free}\nselect '${known}';\nselect '${gone}';",
    });
    const options = await runnerOptions({ ...SPEC, placeholders: { known: "x" } }, db, dir);
    const failure = await failureOf(up(options));
    expect(failure.class).toBe("file.placeholder");
    expect(failure.what).toContain("${gone}");
    expect(failure.location).toMatchObject({ line: 3, column: 9 });
    expect(await db.admin.query("select to_regclass('a') as a")).toEqual([{ a: null }]);
  });

  test("a repeatable runs again when a placeholder has another value", async () => {
    await using db = await freshDatabase();
    const dir = folderWith({
      "V1__a.sql": "select 1;",
      "R__v.sql": "create or replace view v as select '${who}'::text as who;",
    });
    const withValue = (who: string) => runnerOptions({ ...SPEC, placeholders: { who } }, db, dir);
    expect((await up(await withValue("a"))).applied).toEqual(["V1__a", "R__v"]);
    expect((await up(await withValue("a"))).applied).toEqual([]);
    expect((await up(await withValue("b"))).applied).toEqual(["R__v"]);
    expect(await db.admin.query("select who from v")).toEqual([{ who: "b" }]);
  });
});

describe("undo and baseline scripts", () => {
  const FILES = {
    "V1__a.sql": "create table a ();",
    "V2__b.sql": "create table b ();",
    "V3__c.sql": "create table c ();",
    "U3__c.sql": "drop table c;",
    "V4__d.sql": "create table d ();",
  };

  test("`U` is the way down", async () => {
    await using db = await freshDatabase();
    const options = await runnerOptions(SPEC, db, folderWith(FILES));
    await up(options, { to: "3" });
    await down(options);
    expect(await db.admin.query("select to_regclass('c') as c")).toEqual([{ c: null }]);
  });

  test("an empty database gets the newest baseline script, and only what is above it", async () => {
    await using db = await freshDatabase();
    const files = {
      ...FILES,
      "B2__two.sql": "create table no ();",
      "B3__three.sql": "create table abc ();",
    };
    const options = await runnerOptions(SPEC, db, folderWith(files));
    expect((await up(options)).applied).toEqual(["B3__three", "V4__d"]);
    expect((await up(options)).outcome).toBe("nothing-to-do");
  });

  test("a database with versions of its own goes on with these", async () => {
    await using db = await freshDatabase();
    await up(await runnerOptions(SPEC, db, folderWith(FILES)), { to: "2" });
    const files = { ...FILES, "B3__three.sql": "create table abc ();" };
    const options = await runnerOptions(SPEC, db, folderWith(files));
    const { migrations } = await plan(options);
    expect(migrations.map(({ id }) => id)).toEqual(["V3__c", "V4__d"]);
    expect((await up(options)).applied).toEqual(["V3__c", "V4__d"]);
    expect((await up(options)).outcome).toBe("nothing-to-do");
  });
});

describe("its history", () => {
  const { history } = flyway;

  test("baselines, undone, deleted, failed and repeated rows", async () => {
    await using db = await freshDatabase();
    await writeTheirs(db, flyway, []);
    const rows: [string | null, string, string, string, number | null, boolean][] = [
      [null, "<< Flyway Schema Creation >>", "SCHEMA", '"shop"', null, true],
      ["2", "<< Flyway Baseline >>", "BASELINE", "<< Flyway Baseline >>", null, true],
      ["3.0", "c", "SQL", "V3.0__c.sql", -7, true],
      ["3.0", "c", "UNDO_SQL", "U3.0__c.sql", 8, true],
      ["4", "d", "SQL", "V4__d.sql", 9, true],
      [null, "view", "SQL", "R__view.sql", 10, true],
      [null, "view", "SQL", "R__view.sql", 11, true],
      ["5", "e", "SQL", "V5__e.sql", 12, true],
      ["5", "e", "DELETE", "V5__e.sql", 12, true],
      ["6", "f", "SQL", "V6__f.sql", 13, false],
    ];
    for (const [index, row] of rows.entries()) {
      await db.admin.query(
        `insert into flyway_schema_history (installed_rank, version, description, type, script,
           checksum, installed_by, execution_time, success)
         values ($1, $2, $3, $4, $5, $6, 'me', 1, $7)`,
        [index, ...row],
      );
    }
    const { migrations } = await read({
      "V1__a.sql": "select 1;",
      "V2__b.sql": "select 1;",
      "B2__ab.sql": "select 1;",
      "V4__d.sql": "select 1;",
    });
    const [table] = await history!.find(asReader(db));
    const found = history!.expand!(await history!.read(asReader(db), table!), migrations);
    expect(found.map(({ key, state, checksum }) => [key, state, checksum])).toEqual([
      ["1", "applied", null],
      ["2", "applied", null],
      ["3", "rolled-back", null],
      ["4", "applied", "9"],
      ["5", "rolled-back", null],
      ["6", "failed", "13"],
    ]);
    const withView = (await read({ "V4__d.sql": "", "R__view.sql": "select 1;" })).migrations;
    const others = history!.expand!(await history!.read(asReader(db), table!), withView);
    expect(others.map(({ key, checksum }) => [key, checksum]).slice(0, 4)).toEqual([
      ["2", null],
      ["3", null],
      ["4", "9"],
      ["R__view", "11"],
    ]);
    await expectNoLeftovers(db);
  });

  test("a database that was built by a baseline script is taken over with it", async () => {
    await using db = await freshDatabase();
    const dir = folderWith({
      "V1__a.sql": "create table a ();",
      "V3.0__c.sql": "create table c ();",
      "B3__abc.sql": "create table abc ();",
      "V4__d.sql": "create table d ();",
    });
    const options = await adoptOptions(SPEC, db, dir);
    const set = await options.readAs("flyway");
    await writeTheirs(
      db,
      flyway,
      set.migrations.filter(({ id }) => id === "B3__abc"),
    );
    expect(await db.admin.query("select type, version from flyway_schema_history")).toEqual([
      { type: "SQL_BASELINE", version: "3" },
    ]);
    expect((await adopt(options, { by: "somebody", why: "a test" })).adopted).toBe(1);
    expect((await up(options)).applied).toEqual(["V4__d"]);
    expect((await up(options)).outcome).toBe("nothing-to-do");
  });

  test("what `flyway baseline` covers is not run, with its files or without", async () => {
    await using db = await freshDatabase();
    await writeTheirs(db, flyway, []);
    await db.admin.query(
      `insert into flyway_schema_history values
         (1, '2', '<< Flyway Baseline >>', 'BASELINE', '<< Flyway Baseline >>', null, 'me', now(), 0, true),
         (2, null, 'gone view', 'SQL', 'R__gone_view.sql', 5, 'me', now(), 0, true)`,
    );
    const dir = folderWith({
      "V1__a.sql": "create table a ();",
      "V3__c.sql": "create table c ();",
    });
    const options = await adoptOptions(SPEC, db, dir);
    expect((await adopt(options, { by: "somebody", why: "a test" })).adopted).toBe(2);
    expect((await up(options)).applied).toEqual(["V3__c"]);
  });

  test("the lock's key, and checksums that do not see how lines end", async () => {
    const [lock] = await history!.locks(undefined as never, history!.defaultTable);
    expect(lock).toEqual({ kind: "advisory", key: 77_433_833_903_597n });
    const checksums = async (text: string): Promise<unknown> =>
      (await read({ "V1__a.sql": text })).migrations[0]!.theirs!.checksums!();
    // CRC-32 of "123456789" is cbf43926.
    expect(await checksums("123456789")).toEqual([String(0xcbf43926 | 0)]);
    expect(await checksums("\uFEFF123\r\n\n456\r789\n")).toEqual([String(0xcbf43926 | 0)]);
  });
});
