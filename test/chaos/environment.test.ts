/**
 * Servers, roles and files as they should not be: each ends in the right class and exit code, with
 * nothing lost, and never with a history row without its work.
 */
import { chown, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import type { Failure } from "../../src/failures/failure.ts";
import { runSql } from "../../src/postgres/admin.ts";
import { quoteIdent, quoteLiteral } from "../../src/postgres/identifiers.ts";
import { startServer, type SandboxServer } from "../../src/sandbox/server.ts";
import { serverUser } from "../../src/sandbox/server-user.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "../support/database.ts";
import { historySchema, inHistorySchema } from "../support/elsewhere.ts";
import { smallDisk } from "../support/disk.ts";
import { libraryUp, runnerOptionsFor, type LibraryRun } from "../support/library-run.ts";
import { sharedUrl, testedVersion } from "../support/postgres.ts";
import { skipWithoutPgBouncer, startPgBouncer } from "../support/pgbouncer.ts";
import { sharedServer } from "../support/postgres.ts";

const outcome = (failure: Failure | undefined): unknown =>
  failure && [failure.class, failure.exitCode];

/** Fails with what the run said when it did not succeed. */
function expectApplied(run: LibraryRun, ...ids: string[]): void {
  expect(run.failure?.message).toBe(undefined);
  expect(run.result?.applied).toEqual(ids);
}

describe("a server of its own", () => {
  let server: SandboxServer;
  beforeAll(async () => void (server = await startServer({ version: testedVersion() })));
  afterAll(() => server.close());

  async function place(file: string, text: string): Promise<string> {
    const path = join(server.dataDir, file);
    await writeFile(path, text, { mode: 0o600 });
    const owner = serverUser();
    if (owner) await chown(path, owner.uid, owner.gid);
    return path;
  }
  async function query(sql: string, database?: string): Promise<unknown[]> {
    const client = await connect(server.url(database), "test look");
    try {
      return (await client.query(inHistorySchema(sql))).rows;
    } finally {
      await client.end();
    }
  }

  test("a hot standby: `up` refuses it as read-only, `status` reads it", async () => {
    const files = { "1_a.sql": "create table a (id int);", "2_b.sql": "create table b (id int);" };
    expectApplied(await libraryUp(server.url(), files, { selection: { count: 1 } }), "1_a");
    await server.stop();
    const signal = await place("standby.signal", "");
    await server.start();
    try {
      const { failure } = await libraryUp(server.url(), files);
      expect(outcome(failure)).toEqual(["readonly", 78]);
      expect(failure?.action).toMatch(/primary/);
      const { status } = await import("../../src/runner/status.ts");
      const seen = await status(await runnerOptionsFor(server.url(), files));
      expect([seen.current, seen.pending.map(({ id }) => id)]).toEqual(["1", ["2_b"]]);
      // Nothing pending is nothing to refuse.
      const idle = await libraryUp(server.url(), { "1_a.sql": files["1_a.sql"] });
      expect(idle.result?.outcome).toBe("nothing-to-do");
    } finally {
      await server.stop();
      await rm(signal);
      await server.start();
    }
    expectApplied(await libraryUp(server.url(), files), "2_b");
  });

  test("a wrong password, a user that is not there, a missing database", async () => {
    await query("create role app login password 'right'");
    const before = await query("select pg_read_file('pg_hba.conf') as text");
    await place(
      "pg_hba.conf",
      "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n",
    );
    await query("select pg_reload_conf()");
    const files = { "1_a.sql": "create table never (id int);" };
    const as = (login: string, database = "postgres"): Promise<LibraryRun> =>
      libraryUp(`postgres://${login}@127.0.0.1:${server.port}/${database}`, files, {
        settings: { connectWaitMs: 30_000 },
      });
    try {
      const began = performance.now();
      const wrong = (await as("app:wrong")).failure;
      expect(outcome(wrong)).toEqual(["auth.failed", 77]);
      expect(JSON.stringify(wrong)).not.toContain("wrong@");
      expect(outcome((await as("nobody:x")).failure)).toEqual(["auth.failed", 77]);
      expect(outcome((await as("postgres", "nowhere")).failure)).toEqual(["auth.no_database", 78]);
      // Repeated wrong passwords can lock an account: none of these is tried again.
      expect(performance.now() - began).toBeLessThan(15_000);
      expect(await query("select to_regclass('never') as t")).toEqual([{ t: null }]);
    } finally {
      await place("pg_hba.conf", (before[0] as { text: string }).text);
      await query("select pg_reload_conf()");
    }
  });

  test("a full disk: rolled back, and nothing of the data before it is lost", async (context) => {
    const disk = await smallDisk(4);
    if ("skip" in disk) return context.skip(disk.skip);
    await query("create database full_disk");
    try {
      await query(`create tablespace small location '${disk.path}'`);
      const run = await libraryUp(server.url("full_disk"), {
        "1_kept.sql":
          "create table kept (id int) tablespace small; insert into kept select generate_series(1, 100);",
        "2_fill.sql": `create table other (id int);
          insert into kept select g from generate_series(1, 1000000) g;`,
      });
      expect(outcome(run.failure)).toEqual(["disk", 79]);
      expect(run.failure?.location).toMatchObject({ line: 2 });
      expect(
        await query("select count(*)::int as n, to_regclass('other') as t from kept", "full_disk"),
      ).toEqual([{ n: 100, t: null }]);
      expect(await query("select name from lockstep.migrations", "full_disk")).toEqual([
        { name: "kept" },
      ]);
    } finally {
      await query("drop database full_disk with (force)");
      await query("drop tablespace if exists small");
      await disk.remove();
    }
  });
});

describe("roles and databases with settings of their own", () => {
  let db: TestDatabase;
  let role: string;
  beforeEach(async () => {
    db = await freshDatabase();
    await db.admin.query(`alter database "${db.name}" reset search_path`);
    await db.admin.query("set search_path = public");
    role = `role_${randomBytes(4).toString("hex")}`;
    await db.admin.query(`create role ${role} login`);
    await db.admin.query(`grant create on database "${db.name}" to ${role}`);
    await db.admin.query(`grant create on schema public to ${role}`);
  });
  afterEach(async () => {
    await expectNoLeftovers(db);
    await db.drop();
    await runSql(sharedUrl(), `drop role ${role}`);
  });
  const url = (): string => sharedUrl(db.name, role);
  const set = (what: string): Promise<unknown> => db.admin.query(`alter role ${role} set ${what}`);
  const SHOW = `create table seen as select current_setting('transaction_isolation') as isolation,
    current_setting('transaction_read_only') as ro, current_setting('statement_timeout') as st;`;

  test("short timeouts of the role do not end a migration", async () => {
    await set("statement_timeout = '1s'");
    await set("lock_timeout = '1ms'");
    await set("idle_in_transaction_session_timeout = '1s'");
    const run = await libraryUp(url(), {
      "1_slow.sql": "select pg_sleep(1.5); create table a ();",
    });
    expectApplied(run, "1_slow");
  });

  test.skipIf(skipWithoutPgBouncer() !== undefined)(
    "nor do they behind a transaction pooler",
    async () => {
      await set("statement_timeout = '1s'");
      await set("lock_timeout = '1ms'");
      const { host, port } = sharedServer();
      const users = { [role]: "" };
      const bouncer = await startPgBouncer({
        host,
        port,
        database: db.name,
        poolMode: "transaction",
        poolSize: 1,
        users,
      });
      try {
        const run = await libraryUp(bouncer.url(), { "1_slow.sql": "select pg_sleep(1.5);" });
        expectApplied(run, "1_slow");
      } finally {
        await bouncer.stop();
      }
    },
  );

  test("default_transaction_read_only and serializable as defaults are overridden", async () => {
    await set("default_transaction_read_only = on");
    await set("default_transaction_isolation = serializable");
    await set("default_transaction_deferrable = on");
    expectApplied(await libraryUp(url(), { "1_seen.sql": SHOW }), "1_seen");
    expect(await db.admin.query("select * from seen")).toEqual([
      { isolation: "read committed", ro: "off", st: "0" },
    ]);
  });

  test("an empty search_path of the database: the history works, and so do qualified names", async () => {
    await db.admin.query(`alter database "${db.name}" set search_path = ''`);
    const bad = await libraryUp(url(), { "1_a.sql": "create table a (id int);" });
    expect(outcome(bad.failure)).toEqual(["object.missing", 79]);
    const run = await libraryUp(url(), {
      "1_a.sql": "create table public.a (id int);",
      "2_b.sql": "alter table public.a add column b int; create index on public.a (b);",
    });
    expectApplied(run, "1_a", "2_b");
    const named = await libraryUp(
      url(),
      {
        "1_a.sql": "create table public.a (id int);",
        "2_b.sql": "alter table public.a add column b int; create index on public.a (b);",
        "3_c.sql": "create table c (id int);",
      },
      { settings: { searchPath: "public" } },
    );
    expectApplied(named, "3_c");
  });

  test("without CREATE on the database: the exact GRANT, and nothing is changed", async () => {
    await db.admin.query(`revoke create on database "${db.name}" from ${role}`);
    const { failure } = await libraryUp(url(), { "1_a.sql": "create table a (id int);" });
    expect(outcome(failure)).toEqual(["permission", 77]);
    expect(failure?.action).toContain(`grant create on database "${db.name}" to "${role}"`);
    expect(
      await db.admin.query(
        `select to_regclass('a') as t, to_regnamespace(${quoteLiteral(quoteIdent(historySchema))}) as s`,
      ),
    ).toEqual([{ t: null, s: null }]);
    // The advice is enough.
    await db.admin.query(`grant create on database "${db.name}" to "${role}"`);
    expectApplied(await libraryUp(url(), { "1_a.sql": "create table a (id int);" }), "1_a");
  });

  test("without CREATE on the schema of the history: the exact GRANT", async () => {
    await db.admin.query(`create schema ${quoteIdent(historySchema)}`);
    const { failure } = await libraryUp(url(), { "1_a.sql": "create table a (id int);" });
    expect(outcome(failure)).toEqual(["permission", 77]);
    expect(failure?.action).toContain(
      `grant usage, create on schema ${quoteIdent(historySchema)} to "${role}"`,
    );
    await db.admin.query(`grant usage, create on schema ${quoteIdent(historySchema)} to "${role}"`);
    expectApplied(await libraryUp(url(), { "1_a.sql": "create table a (id int);" }), "1_a");
  });

  test("without CREATE on the schema of a table: the exact GRANT, and the file is rolled back", async () => {
    await db.admin.query("create schema if not exists app");
    await db.admin.query(`grant usage on schema app to ${role}`);
    const { failure } = await libraryUp(url(), {
      "1_a.sql": "create table a (id int);\ncreate table app.b (id int);",
    });
    expect(outcome(failure)).toEqual(["permission", 77]);
    expect(failure?.location).toMatchObject({ file: "1_a.sql", line: 2, column: 14 });
    expect(failure?.action).toContain(`grant usage, create on schema "app" to "${role}"`);
    expect(await db.admin.query("select to_regclass('public.a') as t")).toEqual([{ t: null }]);
  });

  test("not the owner of a table: the advice names the directive", async () => {
    await db.admin.query("create table owned (id int)");
    const { failure } = await libraryUp(url(), {
      "1_a.sql": "alter table owned add column b int;",
    });
    expect(outcome(failure)).toEqual(["permission", 77]);
    expect(failure?.action).toMatch(/lockstep:role/);
  });

  test("no connection slot for the role: waited for, then 75", async () => {
    await db.admin.query(`alter role ${role} connection limit 1`);
    const settings = { connectWaitMs: 600, lockWaitMs: 600 };
    const files = { "1_a.sql": "create table a (id int);" };
    // The observer finds none.
    const observer = await libraryUp(url(), files, { settings });
    expect(outcome(observer.failure)).toEqual(["conn.slots", 75]);
    const other = await connect(url(), "test holder");
    // Not even the first session does.
    const first = await libraryUp(url(), files, { settings });
    expect(outcome(first.failure)).toEqual(["conn.slots", 75]);
    expect(await db.admin.query("select to_regclass('a') as t")).toEqual([{ t: null }]);
    await other.end();
    await db.admin.query(`alter role ${role} connection limit 2`);
    expectApplied(await libraryUp(url(), files), "1_a");
  });
});

describe("files that do what they should not", () => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await freshDatabase();
    // `vacuum public.looked` and the like need the default path.
    await db.admin.query(`alter database "${db.name}" reset search_path`);
    await db.admin.query("set search_path = public");
  });
  afterEach(async () => {
    await expectNoLeftovers(db);
    await db.drop();
  });
  const names = async (): Promise<unknown[]> =>
    (await db.admin.query("select name from lockstep.migrations order by seq")).map(
      ({ name }) => name,
    );

  test("what a file leaves in its session does not reach the next one", async () => {
    const role = `role_${randomBytes(4).toString("hex")}`;
    await db.admin.query(`create role ${role}`);
    await db.admin.query(`grant create on schema public to ${role}`);
    const leave = `
      create table if not exists left_by (who text default current_user);
      create temp table scratch (id int);
      prepare p as select 1;
      declare c cursor with hold for select 1;
      listen news;
      set statement_timeout = '1d';
      set lock_timeout = '1d';
      set search_path = '';
      set session_replication_role = replica;
      set role ${role};`;
    const run = await libraryUp(db.url, {
      "1_leaves.sql": leave,
      "2_again.sql": leave,
      "3_looks.sql": `create table looked as select current_user::text as "user",
          current_setting('search_path') as path, current_setting('statement_timeout') as st,
          current_setting('session_replication_role') as srr,
          (select count(*)::int from pg_prepared_statements) as prepared,
          (select count(*)::int from pg_cursors where name = 'c') as cursors,
          to_regclass('scratch')::text as scratch`,
      "4_index.sql": 'create index concurrently looked_user on looked ("user");',
      "5_vacuum.sql": "set search_path = ''; vacuum public.looked;",
      // UNLISTEN, like LISTEN, has its effect at the end of its transaction.
      "6_plain.sql":
        "alter table looked add column channels int; update looked set channels = (select count(*) from pg_listening_channels());",
    });
    await db.admin.query(`drop owned by ${role}`);
    await db.admin.query(`drop role ${role}`);
    expectApplied(run, "1_leaves", "2_again", "3_looks", "4_index", "5_vacuum", "6_plain");
    const fresh = await connect(db.url, "test fresh");
    const path = (await fresh.query("show search_path")).rows[0].search_path;
    await fresh.end();
    expect(await db.admin.query("select * from looked")).toEqual([
      {
        user: "postgres",
        path,
        st: "0",
        srr: "origin",
        prepared: 0,
        cursors: 0,
        channels: 0,
        scratch: null,
      },
    ]);
  });

  test.each(["", "-- lockstep:transaction none\n", "-- lockstep:transaction statement\n"])(
    "DISCARD ALL is refused before anything runs (%j)",
    async (directive) => {
      const { failure } = await libraryUp(db.url, {
        "1_a.sql": "create table a (id int);",
        "2_b.sql": `${directive}\ndiscard all;`,
      });
      expect(outcome(failure)).toEqual(["file.invalid", 65]);
      expect(failure?.action).toMatch(/reset all|discard temp/i);
      expect(failure?.location).toMatchObject({ file: "2_b.sql", column: 1 });
      expect(await db.admin.query("select to_regclass('a') as t")).toEqual([{ t: null }]);
    },
  );

  test.each([
    "select pg_advisory_unlock_all();",
    "do $$ begin perform pg_advisory_unlock_all(); end $$;",
  ])("a file that gives the run lock away is rolled back: %s", async (sql) => {
    const run = await libraryUp(db.url, {
      "1_a.sql": "create table a (id int);",
      "2_b.sql": `create table b (id int); ${sql}`,
      "3_c.sql": "create table c (id int);",
    });
    expect(outcome(run.failure)).toEqual(["runner.lock_lost", 79]);
    expect(run.failure?.migration).toBe("2_b");
    expect(await names()).toEqual(["a"]);
    expect(await db.admin.query("select to_regclass('b') as b, to_regclass('c') as c")).toEqual([
      { b: null, c: null },
    ]);
    const [last] = await db.admin.query("select outcome, failure_class from lockstep.runs");
    expect(last).toEqual({ outcome: "failed", failure_class: "runner.lock_lost" });
  });

  test("an event trigger that raises: its message, and the file is rolled back", async () => {
    expectApplied(await libraryUp(db.url, { "1_a.sql": "create table a (id int);" }), "1_a");
    await db.admin.query(`create function no() returns event_trigger language plpgsql as
      $$ begin raise exception 'no tables on a Friday'; end $$`);
    await db.admin.query(
      "create event trigger no on ddl_command_end when tag in ('CREATE TABLE') execute function no()",
    );
    const { failure } = await libraryUp(db.url, {
      "1_a.sql": "create table a (id int);",
      "2_b.sql": "insert into a values (1);\n  create table b (id int);",
    });
    expect(outcome(failure)).toEqual(["guard.raise", 79]);
    expect(failure?.what).toContain("no tables on a Friday");
    expect(failure?.location).toMatchObject({ file: "2_b.sql", line: 2, column: 3 });
    expect(await db.admin.query("select * from a")).toEqual([]);
    expect(await names()).toEqual(["a"]);
  });

  test("an event trigger that raises while the history is created", async () => {
    await db.admin.query(`create function no() returns event_trigger language plpgsql as
      $$ begin raise exception 'no tables on a Friday'; end $$`);
    await db.admin.query("create event trigger no on ddl_command_end execute function no()");
    const { failure } = await libraryUp(db.url, { "1_a.sql": "select 1;" });
    expect(outcome(failure)).toEqual(["guard.raise", 79]);
    expect(failure?.what).toContain("no tables on a Friday");
    expect(
      await db.admin.query(
        `select to_regnamespace(${quoteLiteral(quoteIdent(historySchema))}) as s`,
      ),
    ).toEqual([{ s: null }]);
  });

  test("a deferred constraint that fails at COMMIT: no row, nothing stays", async () => {
    const run = await libraryUp(db.url, {
      "1_tables.sql": `create table p (id int primary key);
        create table c (p int references p deferrable initially deferred);`,
      "2_bad.sql": "create table x (id int); insert into c values (42);",
    });
    expect(outcome(run.failure)).toEqual(["data.foreign_key", 79]);
    expect(run.failure?.migration).toBe("2_bad");
    expect(await names()).toEqual(["tables"]);
    expect(await db.admin.query("select to_regclass('x') as x, count(*)::int as n from c")).toEqual(
      [{ x: null, n: 0 }],
    );
    // The server's remark that there is nothing to roll back is ours and not the author's.
    expect(run.events.filter(({ event }) => event === "notice")).toEqual([]);
  });

  test.each(["select * from t for update nowait", "lock table t in access exclusive mode nowait"])(
    "the author's own NOWAIT is not tried again: %s",
    async (sql) => {
      await db.admin.query("create table t (id int)");
      await db.admin.query("insert into t values (1)");
      const holder = await connect(db.url, "test holder");
      await holder.query("begin");
      await holder.query("select * from t for update");
      const run = await libraryUp(
        db.url,
        { "1_now.sql": `${sql};` },
        { settings: { budgetMs: 3000 } },
      );
      expect(outcome(run.failure)).toEqual(["ddl.nowait", 79]);
      expect(run.events.filter(({ event }) => event === "retrying")).toEqual([]);
      await holder.query("rollback");
      await holder.end();
      expectApplied(await libraryUp(db.url, { "1_now.sql": `${sql};` }), "1_now");
    },
  );

  test("the statement-timeout directive ends a statement, and only that file has it", async () => {
    const { failure } = await libraryUp(db.url, {
      "1_quick.sql": "-- lockstep:statement-timeout 50ms\nselect 1;",
      "2_slow.sql": "select pg_sleep(0.2);",
      "3_late.sql": "-- lockstep:statement-timeout 100ms\ncreate table a ();\nselect pg_sleep(20);",
    });
    expect(outcome(failure)).toEqual(["ddl.statement_timeout", 79]);
    expect(failure?.location).toMatchObject({ file: "3_late.sql", line: 3, column: 1 });
    expect(await names()).toEqual(["quick", "slow"]);
  });

  test.each([
    { name: "plain", text: "create table a (x int);\nselect é from a;\n", line: 2, column: 8 },
    {
      name: "after 😀",
      text: "/* 😀é */ select 1;\n/* é */ select '😀', nope, 'é';\n",
      line: 2,
      column: 21,
    },
    {
      name: "BOM and CRLF",
      text: "\uFEFFselect 1;\r\n\r\nselect '😀😀',\r\n  'é', nope;\r\n",
      line: 4,
      column: 8,
    },
    { name: "BOM, first line", text: "\uFEFFselect nope;", line: 1, column: 8 },
    {
      name: "inside of BEGIN and COMMIT",
      text: "begin;\nselect 1;\nselect 'é', nope;\ncommit;\n",
      line: 3,
      column: 13,
    },
    { name: "a tab", text: "select 1;\n\tselect nope;\n", line: 2, column: 9 },
    {
      name: "after COPY rows",
      text: "create table a (x text);\ncopy a from stdin;\né\n😀\n\\.\nselect nope;\n",
      line: 6,
      column: 8,
    },
    { name: "no position of the server", text: "select 1;\n  select 1 / 0;", line: 2, column: 3 },
  ])("an error in the middle of a file has its place: $name", async ({ text, line, column }) => {
    const { failure } = await libraryUp(db.url, { "1_bad.sql": text });
    expect(failure?.location).toMatchObject({ file: "1_bad.sql", line, column });
    const lineText = text.replace("\uFEFF", "").split(/\r?\n/)[line - 1];
    expect(failure?.location?.lineText).toBe(lineText);
    expect(await names()).toEqual([]);
  });
});
