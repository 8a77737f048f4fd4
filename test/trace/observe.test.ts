/** One statement at a time, watched on a real server: what it locks, does and changes. */
import { expect, it } from "vitest";
import { Session } from "../../src/postgres/session.ts";
import { observeInTransaction, observeWaiting } from "../../src/trace/observe.ts";
import { freshDatabase } from "../support/database.ts";

async function open(url: string, onNotice?: (message: string) => void): Promise<Session> {
  return Session.openHost(
    { connectionString: url },
    { connectTimeoutMs: 20_000 },
    {
      applicationName: "observed",
      ...(onNotice && { onNotice: ({ message }) => onNotice(message) }),
    },
  );
}

it("a rewrite: locks, work, changes, and the transaction goes on", async () => {
  await using db = await freshDatabase();
  const notices: string[] = [];
  const session = await open(db.url, (message) => notices.push(message));
  try {
    await session.query(
      'create table "My" (id int primary key, a text); insert into "My" values (1)',
    );
    await session.query("begin");
    const first = await observeInTransaction(
      session,
      'alter table "My" add b uuid default gen_random_uuid()',
    );
    expect(first.locks).toContainEqual(
      expect.objectContaining({
        relation: 'public."My"',
        mode: "ACCESS EXCLUSIVE",
        existed: true,
        granted: true,
      }),
    );
    expect(first.work.map(({ kind, relation, index }) => ({ kind, relation, index }))).toEqual([
      { kind: "rewrite", relation: 'public."My"', index: undefined },
      { kind: "index-build", relation: 'public."My"', index: "My_pkey" },
    ]);
    expect(first.changed).toEqual({ created: [], dropped: [], altered: ['public."My"'] });

    const second = await observeInTransaction(session, 'create table t as table "My"');
    // The stronger lock is not listed again: it was there before.
    expect(second.locks.filter(({ existed }) => existed)).toEqual(
      ['public."My"', 'public."My_pkey"'].map((relation) =>
        expect.objectContaining({ relation, mode: "ACCESS SHARE" }),
      ),
    );
    expect(second.work).toEqual([
      expect.objectContaining({ kind: "scan", relation: 'public."My"', existed: true }),
    ]);
    expect(second.changed).toEqual({ created: ["public.t"], dropped: [], altered: [] });
    await session.query("do $$ begin raise notice 'mine'; end $$");
    await session.query("commit");
    expect(notices).toEqual(["mine"]);
  } finally {
    await session.close();
  }
});

it("a constraint that proves a scan unnecessary; TRUNCATE is no rewrite", async () => {
  await using db = await freshDatabase();
  const session = await open(db.url);
  try {
    await session.query("create table t (a int check (a is not null)); insert into t values (1)");
    await session.query("begin");
    const proved = await observeInTransaction(session, "alter table t alter a set not null");
    expect(proved.work).toEqual([]);
    expect(proved.proofs).toEqual([expect.stringContaining('"t.a" are sufficient')]);
    const emptied = await observeInTransaction(session, "-- all of it\ntruncate t");
    expect(emptied.work).toEqual([]);
    await expect(observeInTransaction(session, "select 1 / 0")).rejects.toThrow("division");
    await session.query("rollback");
  } finally {
    await session.close();
  }
});

it("work that the server says nothing about, and whose foreign key was validated", async () => {
  await using db = await freshDatabase();
  const session = await open(db.url);
  const work = async (statement: string) => {
    const seen = await observeInTransaction(session, statement);
    return seen.work.map(({ kind, relation }) => `${kind} ${relation}`);
  };
  try {
    await session.query(`
      create domain d as int; create table t (a d); insert into t values (1);
      create materialized view m as select 1 as a;
      create table r (id int primary key); insert into r values (1);
      create table p (id int, at int) partition by range (at);
      create table p1 partition of p for values from (0) to (9);
      create table p2 (id int, at int, constraint f foreign key (id) references r);
      alter table p attach partition p2 for values from (9) to (20)`);
    await session.query("begin");
    expect(await work("alter domain d add check (value > 0)")).toEqual(["scan public.t"]);
    expect(await work("refresh materialized view m")).toEqual(["rewrite public.m"]);
    expect(await work("refresh materialized view m with no data;")).toEqual([]);
    expect(await work("create index on t (a)")).toEqual(["index-build public.t"]);
    // The partition that has such a foreign key already is not looked at again.
    expect(await work("alter table p add constraint f foreign key (id) references r")).toEqual([
      "fk-validation public.p1",
    ]);
    await session.query("commit");
  } finally {
    await session.close();
  }
});

it("outside of a transaction: what it waits for, and what it did in the end", async () => {
  await using db = await freshDatabase();
  const [session, observer, holder] = await Promise.all([open(db.url), open(db.url), open(db.url)]);
  try {
    await session.query("create table t (a int)");
    const seen = await observeWaiting(session, observer, "create index concurrently i on t (a)", {
      hold: async () => void (await holder.query("begin; lock table t in row exclusive mode")),
      release: () => holder.rollback(),
    });
    expect(seen.locks).toContainEqual(
      expect.objectContaining({ relation: "public.t", mode: "SHARE UPDATE EXCLUSIVE" }),
    );
    expect(seen.work).toEqual([
      expect.objectContaining({ kind: "index-build", relation: "public.t", index: "i" }),
    ]);
    expect(seen.changed.created).toEqual(["public.i"]);
    expect(await session.query("select current_setting('client_min_messages') as level")).toEqual([
      { level: "notice" },
    ]);
  } finally {
    for (const one of [session, observer, holder]) await one.close();
  }
});
