/**
 * COMMIT, ROLLBACK and PREPARE TRANSACTION where nobody sees them before they run: in code that
 * the server calls, and in files that the parser cannot read. Never a history row without its work,
 * nothing lost, and what is half there is not run again before a person has looked.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { startServer, type SandboxServer } from "../../src/sandbox/server.ts";
import { resolve } from "../../src/runner/resolve.ts";
import { connect } from "../support/database.ts";
import { inHistorySchema } from "../support/elsewhere.ts";
import {
  libraryUp,
  runnerOptionsFor,
  type LibraryRun,
  type TestMigrations,
} from "../support/library-run.ts";
import { testedVersion } from "../support/postgres.ts";
import type pg from "pg";

/**
 * Right in a database with the encoding LATIN1, and wrong for the parser, which knows UTF-8 alone:
 * a text that only the server can read, as with a grammar newer than the parser's.
 */
const UNREADABLE = String.raw`select E'\xe9';`;
/**
 * The words BEGIN ATOMIC that are no function body: what follows looks like a part of it to those
 * who do not parse, so that the COMMIT is not seen before it runs.
 */
const BLIND = "create view blind as select a.begin atomic from (select 1 as begin) a;";

let server: SandboxServer;
let url: string;
let admin: pg.Client;
let number = 0;

beforeAll(async () => {
  server = await startServer({
    version: testedVersion(),
    settings: { max_prepared_transactions: "5" },
  });
});
afterAll(() => server.close());
beforeEach(async () => {
  number += 1;
  const root = await connect(server.url(), "test root");
  await root.query(`create database t${number} template template0 encoding latin1`);
  await root.end();
  url = server.url(`t${number}`);
  admin = await connect(url, "test admin");
  await admin.query("create table ledger (what text)");
});
afterEach(() => admin.end());

const outcome = ({ failure }: LibraryRun): unknown => failure && [failure.class, failure.exitCode];
const column = async (sql: string): Promise<unknown[]> =>
  (await admin.query<{ v: unknown }>(inHistorySchema(sql))).rows.map(({ v }) => v);
const ledger = (): Promise<unknown[]> => column("select what as v from ledger order by what");
const recorded = (): Promise<unknown[]> =>
  column("select name as v from lockstep.migrations order by seq");
const note = (what: string): string => `insert into ledger values ('${what}');`;

describe("a file that the parser cannot read", () => {
  test("runs as one transaction, with a warning, and leaves no journal", async () => {
    const run = await libraryUp(url, { "1_a.sql": `${note("a")} ${UNREADABLE} ${note("b")}` });
    expect(run.failure?.message).toBe(undefined);
    expect(run.result?.warnings.join()).toMatch(/cannot read/);
    expect([await ledger(), await recorded()]).toEqual([["a", "b"], ["a"]]);
    expect(await column("select count(*)::int as v from lockstep.journal")).toEqual([0]);
  });

  test("is rolled back as a whole when it fails, and runs again", async () => {
    const bad = await libraryUp(url, { "1_a.sql": `${note("a")} ${UNREADABLE} select 1 / 0;` });
    expect(outcome(bad)).toEqual(["data.cast", 79]);
    expect([await ledger(), await recorded()]).toEqual([[], []]);
    expect(await column("select count(*)::int as v from lockstep.journal")).toEqual([0]);
    const good = await libraryUp(url, { "1_a.sql": `${note("a")} ${UNREADABLE}` });
    expect(good.failure?.message).toBe(undefined);
    expect([await ledger(), await recorded()]).toEqual([["a"], ["a"]]);
  });

  test.each([
    "commit",
    "COMMIT AND CHAIN",
    "end",
    "rollback",
    "abort",
    "prepare transaction 'x'",
    "begin",
    "start transaction",
    "/* a */ commit /* b */ work",
    "rollback prepared 'x'",
  ])("with `%s` in it is refused before anything runs", async (control) => {
    const run = await libraryUp(url, {
      "1_first.sql": note("first"),
      "2_a.sql": `${note("a")} ${UNREADABLE} ${control}; ${note("b")}`,
    });
    expect(outcome(run)).toEqual(["syntax", 65]);
    expect(await ledger()).toEqual([]);
  });

  test.each([
    { control: "commit", stays: ["a", "b"] },
    { control: "rollback", stays: ["b"] },
    { control: "prepare transaction 'hidden'", stays: ["b"] },
    { control: "commit; begin", stays: ["a"] },
    { control: "rollback; begin", stays: [] },
  ])(
    "with a `$control` that nobody sees: no history row, and it does not run again by itself",
    async ({ control, stays }) => {
      const files = {
        "1_first.sql": note("first"),
        "2_hidden.sql": `${BLIND} ${note("a")} ${UNREADABLE} ${control}; ${note("b")}`,
        "3_later.sql": note("later"),
      };
      const run = await libraryUp(url, files);
      expect(outcome(run)).toEqual(["tx.control", 80]);
      expect(run.failure?.migration).toBe("2_hidden");
      expect(await recorded()).toEqual(["first"]);
      expect(await ledger()).toEqual([...stays, "first"].toSorted());

      const again = await libraryUp(url, files);
      expect(outcome(again)).toEqual(["history.unknown_outcome", 80]);
      expect(again.failure?.action).toContain("lockstep resolve 2 --applied");
      expect(await ledger()).toEqual([...stays, "first"].toSorted());
      await admin.query("rollback prepared 'hidden'").catch(() => undefined);
    },
  );

  test("settled as applied it is recorded and not run; the run goes on behind it", async () => {
    const files = {
      "1_hidden.sql": `${BLIND} ${note("a")} ${UNREADABLE} commit; ${note("b")}`,
      "2_later.sql": note("later"),
    };
    await libraryUp(url, files);
    const options = await runnerOptionsFor(url, files);
    await resolve(options, "1", "applied", { by: "test", why: "looked" });
    const run = await libraryUp(url, files);
    expect(run.failure?.message).toBe(undefined);
    expect([await ledger(), await recorded()]).toEqual([
      ["a", "b", "later"],
      ["hidden", "later"],
    ]);
    expect(await column("select count(*)::int as v from lockstep.journal")).toEqual([0]);
  });

  test("settled as not applied it runs again", async () => {
    const hidden = `${BLIND} ${note("a")} ${UNREADABLE} commit;`;
    await libraryUp(url, { "1_hidden.sql": hidden });
    await admin.query("drop view blind");
    await admin.query("delete from ledger");
    const fixed = { "1_hidden.sql": hidden.replace("commit;", "") };
    const options = await runnerOptionsFor(url, fixed);
    await resolve(options, "1", "not-applied", { by: "test", why: "undone by hand" });
    const run = await libraryUp(url, fixed);
    expect(run.failure?.message).toBe(undefined);
    expect([await ledger(), await recorded()]).toEqual([["a"], ["hidden"]]);
  });

  test("killed right behind its hidden COMMIT, it does not run again by itself either", async () => {
    const files = {
      "1_hidden.sql": `${BLIND} ${note("a")} ${UNREADABLE} commit;
        select pg_terminate_backend(pg_backend_pid());`,
    };
    const run = await libraryUp(url, files);
    expect(outcome(run)).toEqual(["history.unknown_outcome", 80]);
    expect([await ledger(), await recorded()]).toEqual([["a"], []]);
  });
});

describe("code that the server calls", () => {
  test.each([
    { name: "a DO block with COMMIT", sql: "do $$ begin commit; end $$;" },
    { name: "a DO block with ROLLBACK", sql: "do $$ begin rollback; end $$;" },
    { name: "a procedure with COMMIT", sql: "call p();" },
    { name: "a procedure called by dynamic SQL", sql: "do $$ begin execute 'call p()'; end $$;" },
    { name: "COMMIT by dynamic SQL", sql: "do $$ begin execute 'commit'; end $$;" },
  ])("$name: refused by the server, and nothing stays", async ({ sql }) => {
    await admin.query(
      "create procedure p() language plpgsql as $$ begin insert into ledger values ('p'); commit; end $$",
    );
    for (const preamble of ["", UNREADABLE]) {
      const run = await libraryUp(url, { "1_a.sql": `${note("a")} ${preamble} ${sql}` });
      expect([await ledger(), await recorded()]).toEqual([[], []]);
      expect(run.failure?.exitCode).toSatisfy((code) => code === 65 || code === 79);
      expect(run.failure?.class).toMatch(/^(ddl.not_in_transaction|invalid.definition)$/);
    }
  });

  test("outside of a transaction a procedure may commit", async () => {
    await admin.query(
      "create procedure p() language plpgsql as $$ begin insert into ledger values ('p'); commit; end $$",
    );
    const run = await libraryUp(url, { "1_a.sql": "-- lockstep:transaction none\ncall p();" });
    expect(run.failure?.message).toBe(undefined);
    expect([await ledger(), await recorded()]).toEqual([["p"], ["a"]]);
  });
});

describe("a module", () => {
  const moduleWith = (text: string): TestMigrations => [
    {
      name: "1_module.ts",
      module: {
        up: async (db) => {
          await db.query(note("a"));
          await db.query(text);
          await db.query(note("b"));
        },
      },
    },
  ];

  test.each(["commit", "commit; begin", "rollback", "prepare transaction 'x'"])(
    "that sends `%s` is stopped before it is sent",
    async (text) => {
      const run = await libraryUp(url, moduleWith(text));
      expect(run.failure?.class).toBe("module.transaction");
      expect([await ledger(), await recorded()]).toEqual([[], []]);
    },
  );

  test("that hides a COMMIT from the parser: no history row, and it does not run again", async () => {
    const files = moduleWith(`${UNREADABLE} commit; begin`);
    const run = await libraryUp(url, files);
    expect(outcome(run)).toEqual(["tx.control", 80]);
    expect([await ledger(), await recorded()]).toEqual([["a"], []]);
    const again = await libraryUp(url, files);
    expect(outcome(again)).toEqual(["history.unknown_outcome", 80]);
    expect(await ledger()).toEqual(["a"]);
  });
});
