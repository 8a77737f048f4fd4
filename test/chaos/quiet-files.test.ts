/**
 * Files that run no code are sent without the reset and the guards of the others (decision 0008).
 * What stands between them must not reach them all the same.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { homeSchema } from "../support/elsewhere.ts";
import { libraryUp } from "../support/library-run.ts";
import { holder } from "./support.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

/** The schema of each table of the migrations, by name. */
async function schemas(...tables: string[]): Promise<unknown> {
  const rows = await db.admin.query<{ name: string; schema: string }>(
    `select c.relname as name, n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and c.relname = any ($1)`,
    [tables],
  );
  return Object.fromEntries(rows.map(({ name, schema }) => [name, schema]));
}

const recorded = async (): Promise<unknown[]> =>
  (await db.admin.query("select version::int as v from lockstep.migrations order by seq")).map(
    ({ v }) => v,
  );

test("quiet files behind, between and before others start from the same session", async () => {
  const { failure } = await libraryUp(db.url, {
    "1_quiet.sql": "create table q1 (id int);",
    "2_quiet.sql": "create table q2 (id int);",
    "3_loud.sql":
      "create schema elsewhere;\nset search_path = elsewhere;\nset statement_timeout = 1;\nset statement_timeout = 0;\ncreate temp table q4 (id int);\nprepare p as select 1;",
    "4_quiet.sql": "create table q4 (id int);",
    "5_loud.sql":
      "insert into q1 values (1);\nselect set_config('search_path', 'elsewhere', false);",
    "6_quiet.sql": "create table q6 (id int);",
    "7_quiet.sql": "alter table q6 add column n int;",
  });
  expect(failure?.message).toBeUndefined();
  const home = homeSchema;
  expect(await schemas("q1", "q2", "q4", "q6")).toEqual({ q1: home, q2: home, q4: home, q6: home });
  expect(await recorded()).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test("with an event trigger no file is quiet, also not in the run that makes it", async () => {
  const { failure } = await libraryUp(db.url, {
    "1_quiet.sql": "create table q1 (id int);",
    "2_trigger.sql": `
      create schema elsewhere;
      create function lead_astray() returns event_trigger language plpgsql as $$
        begin perform set_config('search_path', 'elsewhere', false); end $$;
      create event trigger astray on ddl_command_end execute function lead_astray();`,
    "3_first.sql": "create table q3 (id int);",
    "4_second.sql": "create table q4 (id int);",
  });
  expect(failure?.message).toBeUndefined();
  expect(await schemas("q1", "q3", "q4")).toEqual({
    q1: homeSchema,
    q3: homeSchema,
    q4: homeSchema,
  });
  // And in a later run, which finds it there.
  await db.admin.query("delete from lockstep.migrations where version::int > 1");
  const later = await libraryUp(db.url, {
    "1_quiet.sql": "create table q1 (id int);",
    "5_third.sql": "create table q5 (id int);",
    "6_fourth.sql": "create table q6 (id int);",
  });
  expect(later.failure?.message).toBeUndefined();
  expect(await schemas("q5", "q6")).toEqual({ q5: homeSchema, q6: homeSchema });
});

test("a quiet file that fails is rolled back, and the run goes on from it", async () => {
  const files = {
    "1_quiet.sql": "create table q1 (id int);",
    "2_quiet.sql": "create table q2 (id int);\nalter table nowhere add column n int;",
    "3_quiet.sql": "create table q3 (id int);",
  };
  const { failure } = await libraryUp(db.url, files);
  expect([failure?.class, failure?.exitCode]).toEqual(["object.missing", 79]);
  expect(await recorded()).toEqual([1]);
  // The file before it was not flushed when the run's row was closed, and counts all the same.
  expect(await db.admin.query("select outcome, applied from lockstep.runs")).toEqual([
    { outcome: "failed", applied: 1 },
  ]);
  const second = await libraryUp(db.url, { ...files, "2_quiet.sql": "create table q2 (id int);" });
  expect(second.failure?.message).toBeUndefined();
  expect(await recorded()).toEqual([1, 2, 3]);
});

test("a quiet file of a run that was overtaken is not recorded", async () => {
  await db.admin.query("create table busy (id int)");
  const reader = await holder(db.url, "begin", "select from busy");
  // As if another runner had taken over between the files: the epoch moves on, once, and before the
  // second file gets its lock. Each further move would only begin another turn.
  let overtaking: Promise<void> | undefined;
  const overtake = async (): Promise<void> => {
    await db.admin.query("update lockstep.state set epoch = epoch + 1");
    await reader.end();
  };
  const { failure, events } = await libraryUp(
    db.url,
    {
      "1_quiet.sql": "create table q1 (id int);",
      "2_quiet.sql": "alter table busy add column n int;",
    },
    {
      onEvent(event) {
        if (event.event === "migration-started" && event.migration === "2_quiet") {
          overtaking ??= overtake();
        }
      },
    },
  );
  await overtaking;
  // It starts again from the top and finds the new epoch; nothing is applied twice or lost.
  expect(failure?.message).toBeUndefined();
  expect(events.filter(({ event }) => event === "lock-acquired")).toHaveLength(2);
  expect(await recorded()).toEqual([1, 2]);
});
