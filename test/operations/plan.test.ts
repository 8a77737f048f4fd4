import { afterEach, beforeEach, expect, test } from "vitest";
import { plan, type PlanSelection } from "../../src/runner/make-plan.ts";
import { up } from "../../src/runner/up.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { libraryUp, runnerOptionsFor, type TestMigrations } from "../support/library-run.ts";
import { skipWithoutPgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { sharedServer } from "../support/postgres.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

const planOf = async (migrations: TestMigrations, selection: PlanSelection = {}) =>
  plan(await runnerOptionsFor(db.url, migrations), selection);

test("steps show the boundaries of the transactions", async () => {
  await db.admin.query("create table old (id int)");
  const found = await planOf({
    "1_a.sql": "create table a (id int);\nalter table a add b int;\nalter table old add b int",
    "2_i.sql": "set statement_timeout = 0;\ncreate index concurrently i on old (id);\nvacuum old",
    "3_s.sql": "-- lockstep:transaction statement\ndrop table if exists nowhere;\nvacuum old",
    "4_x.sql": "create frobnicator f on table old",
  });
  expect(found).toMatchObject({ direction: "up", connection: "direct", historyExists: false });
  const steps = found.migrations.map((one) =>
    one.steps.map((step) => [step.transaction, step.statements.map(({ line }) => line)]),
  );
  expect(steps).toEqual([
    [["file", [1, 2, 3]]],
    [
      ["none", [1, 2]],
      ["none", [3]],
    ],
    [
      ["statement", [2]],
      ["none", [3]],
    ],
    [["file", [1]]],
  ]);
  expect(found.migrations[3]!.warnings).toEqual([expect.stringContaining("cannot read")]);
});

test("locks are named only on relations that exist", async () => {
  await db.admin.query(
    `create table old (id int); create schema "S p"; create table "S p"."T" (id int)`,
  );
  const found = await planOf({
    "1_a.sql": "create table a (id int); alter table old add b int",
    "2_b.sql": `alter table a add b int; alter table "S p"."T" add b int; alter table "S p".t add b int; alter table elsewhere.x add b int`,
  });
  const locks = found.migrations.flatMap(({ steps }) =>
    steps.flatMap(({ statements }) => statements.flatMap((statement) => statement.locks)),
  );
  expect(locks).toEqual([
    { relation: "old", mode: "ACCESS EXCLUSIVE", known: true },
    { relation: "S p.T", mode: "ACCESS EXCLUSIVE", known: true },
  ]);
});

test("a dropped index names its table, which the text does not", async () => {
  await db.admin.query("create schema other");
  await db.admin.query("create table other.t (id int)");
  await db.admin.query("create index t_id on other.t (id)");
  const result = await planOf({ "1_drop.sql": "drop index other.t_id;" });
  expect(result.migrations[0]?.steps[0]?.statements[0]?.locks).toEqual([
    { relation: "other.t", mode: "ACCESS EXCLUSIVE", known: true },
    { relation: "other.t_id", mode: "ACCESS EXCLUSIVE", known: true },
  ]);
});

test("a block that may lock anything is warned about", async () => {
  const found = await planOf({
    "1_a.sql": "select 1;\ndo $$ begin execute 'drop table x'; end $$;\nselect 2",
  });
  expect(found.migrations[0]!.warnings).toEqual(["What line 2 locks is known only when it runs."]);
});

test("everything that is refused is collected, and the rest is still planned", async () => {
  await libraryUp(db.url, { "1_a.sql": "create table a (id int)", "5_e.sql": "select 1" });
  const found = await planOf({
    "1_a.sql": "create table a (id bigint)",
    "3_c.sql": "select 3",
    "5_e.sql": "select 1",
    "6_f.sql": "create table f (id int);\nvacuum f",
    "7_g.sql": "-- lockstep:rol x\nselect 1",
    "8_h.sql": "select 8",
    "R__r.sql": "\\connect x",
  });
  expect(found.refused.map(({ id, failure }) => [id, failure.class])).toEqual([
    ["1_a", "history.checksum"],
    ["3_c", "history.order"],
    ["6_f", "file.mixed"],
    ["7_g", "file.directive"],
    ["R__r", "file.psql"],
  ]);
  expect(found.refused[0]!.file).toBe("1_a.sql");
  expect(found.migrations.map(({ id }) => id)).toEqual(["3_c", "8_h"]);
});

test("a plan lists what the next up applies, in its order", async () => {
  const migrations = {
    "9_a.sql": "create table t (id int)",
    "10_b.sql": "create table u (id int)",
    "R__a_needs_b.sql": "create or replace view va as select * from vb",
    "R__b.sql": "create or replace view vb as select 1 as one",
  };
  const planned = (await planOf(migrations)).migrations.map(({ id }) => id);
  expect(planned).toEqual(["9_a", "10_b", "R__b", "R__a_needs_b"]);
  expect((await libraryUp(db.url, migrations)).result?.applied).toEqual(planned);
  expect((await planOf(migrations)).migrations).toEqual([]);
});

test("the selection is honoured, and a version without a file is refused", async () => {
  const migrations = { "1_a.sql": "select 1", "2_b.sql": "select 2", "3_c.sql": "select 3" };
  const ids = async (selection: PlanSelection) =>
    (await planOf(migrations, selection)).migrations.map(({ id }) => id);
  expect(await ids({ to: "2" })).toEqual(["1_a", "2_b"]);
  expect(await ids({ count: 1 })).toEqual(["1_a"]);
  await expect(ids({ to: "7" })).rejects.toMatchObject({ class: "usage", exitCode: 64 });
});

test("a plan downwards takes the newest first and refuses what has no way down", async () => {
  const migrations = [
    { name: "1_a.sql", sql: "create table a (id int)", down: "drop table a" },
    { name: "2_b.sql", sql: "create table b (id int)" },
    { name: "3_c.ts", module: { up: () => {}, down: () => {} } },
    { name: "4_d.ts", module: { up: () => {} } },
  ];
  await libraryUp(db.url, migrations);
  const found = await planOf(migrations, { direction: "down", to: "0" });
  expect(found.migrations.map(({ id, direction }) => [id, direction])).toEqual([
    ["3_c", "down"],
    ["1_a", "down"],
  ]);
  expect(found.migrations[1]!.steps[0]!.statements[0]!.locks).toEqual([
    { relation: "a", mode: "ACCESS EXCLUSIVE", known: true },
  ]);
  expect(found.refused.map(({ id, failure }) => [id, failure.class])).toEqual([
    ["4_d", "file.no_down"],
    ["2_b", "file.no_down"],
  ]);
});

test("a file that was begun says so, and one with an unknown outcome is refused", async () => {
  await db.admin.query("create table ready (id int)");
  const migrations = {
    "1_c.sql":
      "-- lockstep:transaction none\ncreate table c (id int);\ninsert into c select 1 / (select count(*) from ready)",
  };
  await up(await runnerOptionsFor(db.url, migrations)).catch(() => undefined);
  const found = await planOf(migrations);
  expect(found.refused).toMatchObject([
    { id: "1_c", failure: { class: "history.unknown_outcome" } },
  ]);
  expect(found.migrations[0]!.warnings).toEqual([expect.stringContaining("1 step is done")]);
});

test.skipIf(skipWithoutPgBouncer())(
  "a pooled connection is told, with what it may refuse",
  async () => {
    const { host, port } = sharedServer();
    const bouncer = await startPgBouncer({
      host,
      port,
      database: db.name,
      poolMode: "transaction",
      poolSize: 1,
    });
    try {
      const migrations = { "1_a.sql": "create table a (id int)", "2_v.sql": "vacuum a" };
      const found = await plan(await runnerOptionsFor(bouncer.url(), migrations));
      expect(found.connection).toBe("pooled");
      expect(found.migrations.map(({ warnings }) => warnings.length)).toEqual([0, 1]);
    } finally {
      await bouncer.stop();
    }
  },
);
