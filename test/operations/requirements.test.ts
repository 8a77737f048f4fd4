/** What the server lacks is named before anything runs. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { plan } from "../../src/runner/make-plan.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { libraryUp, runnerOptionsFor } from "../support/library-run.ts";

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

const nothingThere = async (): Promise<void> => {
  expect(
    await db.admin.query(
      "select to_regclass('t')::text as t, to_regnamespace('lockstep')::text as h",
    ),
  ).toEqual([{ t: null, h: null }]);
};

test("an extension that is not installed on the server", async () => {
  const files = {
    "1_t.sql": "create table t (id int);",
    "2_x.sql": "\n  create extension if not exists no_such_extension;",
    "3_y.sql": "create extension another_one;\ngrant select on t to nobody_of_this_name;",
  };
  const { failure } = await libraryUp(db.url, files);
  expect(failure?.toJSON()).toMatchObject({
    class: "requires.extension",
    exitCode: 78,
    migration: "2_x",
    location: { file: "2_x.sql", line: 2, column: 3 },
    notes: [
      "Also missing: the extension `another_one` (3_y.sql:1).",
      "Also missing: the role `nobody_of_this_name` (3_y.sql:2).",
    ],
  });
  const { refused } = await plan(await runnerOptionsFor(db.url, files));
  expect(refused.map(({ id, failure: { class: id2 } }) => [id, id2])).toEqual([
    ["2_x", "requires.extension"],
  ]);
});

test("one that is there is no hindrance, with or without IF NOT EXISTS", async () => {
  const { failure } = await libraryUp(db.url, {
    "1_a.sql": "create extension if not exists plpgsql;",
    "2_b.sql": "create extension citext;",
  });
  expect(failure?.message).toBeUndefined();
});

test.each([
  ["grant", "grant select on t to no_such_role_x"],
  ["revoke", "revoke select on t from no_such_role_x"],
  ["owner", "alter table t owner to no_such_role_x"],
  ["policy", "create policy p on t to no_such_role_x"],
  ["schema", "create schema s authorization no_such_role_x"],
  [
    "default privileges",
    "alter default privileges for role no_such_role_x grant select on tables to public",
  ],
  ["set role", "set local role no_such_role_x"],
])("a role that does not exist: %s", async (_name, sql) => {
  const { failure } = await libraryUp(db.url, {
    "1_t.sql": "create table t (id int);",
    "2_r.sql": `${sql};`,
  });
  expect([failure?.class, failure?.exitCode, failure?.migration]).toEqual([
    "requires.role",
    78,
    "2_r",
  ]);
  expect(failure?.action).toContain('create role "no_such_role_x"');
  await nothingThere();
});

const ROLE = `lockstep_test_${process.pid}`;

test.each([
  ["a statement", `create role ${ROLE};`],
  [
    "a block",
    `do $$ begin if not exists (select from pg_roles where rolname = '${ROLE}') then create role ${ROLE}; end if; end $$;`,
  ],
  [
    "a block with a part of the name",
    `do $$ begin execute format('create role %I', 'lockstep_test_' || ${process.pid}); end $$;`,
  ],
])("a role that %s of a pending file creates is no hindrance", async (_name, create) => {
  const { failure } = await libraryUp(db.url, {
    "1_t.sql": `create table t (id int);\n${create}`,
    "2_r.sql": `grant select on t to ${ROLE}, public, current_user;`,
  });
  expect(failure?.message).toBeUndefined();
  await db.admin.query(`drop owned by ${ROLE}`);
  await db.admin.query(`drop role ${ROLE}`);
});

test.each([
  ["before it", "2_a.sql", "3_b.sql"],
  ["after it", "4_a.sql", "3_b.sql"],
])("a block that creates another role, %s", async (_where, needs, creates) => {
  const { failure } = await libraryUp(db.url, {
    "1_t.sql": "create table t (id int);",
    [creates]: `do $$ begin if not exists (select from pg_roles where rolname = '${ROLE}') then create role "${ROLE}" nologin; end if; end $$;`,
    [needs]: "alter role no_such_role_x createdb;",
  });
  expect(failure?.class).toBe("requires.role");
  await nothingThere();
});

test("before a block that may create any role, nothing has created one", async () => {
  const { failure } = await libraryUp(db.url, {
    "1_a.sql": "alter role no_such_role_x createdb;",
    "2_b.sql": "do $$ begin execute format('create role %I', 'x'); end $$;",
  });
  expect(failure?.class).toBe("requires.role");
});

test("dropping a role that may be gone asks for nothing", async () => {
  const { failure } = await libraryUp(db.url, { "1_d.sql": "drop role if exists no_such_role_x;" });
  expect(failure?.message).toBeUndefined();
});
