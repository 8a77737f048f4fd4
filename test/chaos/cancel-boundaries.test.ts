/**
 * A cancel, or the end of the backend, at every message boundary of a file's batch. The proxy holds
 * the batch in front of its k-th message, for every k; so nothing depends on luck but the very
 * moment at which a signal is noticed.
 *
 * The server forgets a cancel that arrives while it waits for the next message (DoingCommandRead in
 * postgres.c), so one alone at a boundary would prove little. Here another session sends hundreds
 * of them while the held messages go on, so that the first message behind the boundary, or one soon
 * after it, is hit.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type pg from "pg";

import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "../support/database.ts";
import { libraryUp, type LibraryRun } from "../support/library-run.ts";
import { sharedServer } from "../support/postgres.ts";
import { startProxy, type Proxy, type Rule, type SeenMessage } from "../support/proxy.ts";
import { waitUntil } from "../support/wait-until.ts";

/** What every work transaction, and each of the runner's own, begins with. */
const BEGIN = "begin isolation level read committed read write";
const FIRST = {
  "1_first.sql": "create table effect (k int, part int); alter table effect add x int;",
};
/** Two parts in one file: the table never has one without the other. */
const second = (k: number): string =>
  `insert into effect values (${k}, 1); alter table effect alter x set default ${k}; insert into effect values (${k}, 2);`;

let db: TestDatabase;
let proxy: Proxy;
let killer: pg.Client;

beforeAll(async () => {
  const { host, port } = sharedServer();
  proxy = await startProxy({ target: { host, port } });
});
afterAll(() => proxy.close());
beforeEach(async () => {
  db = await freshDatabase();
  killer = await connect(db.url, "test killer");
  const { failure } = await libraryUp(db.url, FIRST);
  if (failure) throw failure;
});
afterEach(async () => {
  await killer.end();
  await expectNoLeftovers(db);
  await db.drop();
});

/** The files of attempt `k`: all before it are applied by now, or were given up. */
function files(k: number, done: readonly number[]): Record<string, string> {
  const list: Record<string, string> = { ...FIRST };
  for (const one of [...done, k]) list[`${one + 2}_boundary.sql`] = second(one);
  return list;
}

async function workPid(): Promise<number> {
  const rows = await db.admin.query<{ pid: number }>(
    `select pid from pg_stat_activity where datname = current_database()
       and application_name like 'lockstep %' and application_name not like '% observer'`,
  );
  expect(rows).toHaveLength(1);
  return rows[0]!.pid;
}

/**
 * Calls `act` in front of message `k`, counted from the BEGIN of the batch that carries the file:
 * up to its Sync, or up to the end of the session, where the run's row is closed and the lock
 * released. Says whether there was such a message, and which one.
 */
function atBoundary(
  k: number,
  until: "batch" | "session",
  act: () => Promise<void>,
): { rule: Rule; hit: () => string | undefined } {
  let begins = 0;
  let index = -1;
  let ended = false;
  let hit: string | undefined;
  const rule = proxy.when(
    { direction: "frontend", occurrence: "every" },
    async (message: SeenMessage) => {
      if (index < 0) {
        if (message.type !== "P" || !message.payload.includes(BEGIN)) return;
        begins += 1;
        // The first one opens the run's row.
        if (begins < 2) return;
      }
      index += 1;
      const behind = ended;
      ended ||= until === "batch" && message.type === "S";
      if (behind) return;
      if (index !== k || hit !== undefined) return;
      hit = message.type;
      await act();
    },
  );
  return { rule, hit: () => hit };
}

/** Either all of the file and its row, or nothing of both. */
async function expectWhole(k: number, run: LibraryRun): Promise<boolean> {
  const [row] = await db.admin.query<{ parts: number; recorded: number; preset: string | null }>(
    `select (select count(*)::int from effect where k = $1) as parts,
       (select count(*)::int from lockstep.migrations where version::int = $1 + 2) as recorded,
       (select pg_get_expr(d.adbin, d.adrelid) from pg_attrdef d where d.adrelid = 'effect'::regclass) as preset`,
    [k],
  );
  const applied = row!.recorded === 1;
  expect({ k, ...row }).toEqual({
    k,
    recorded: applied ? 1 : 0,
    parts: applied ? 2 : 0,
    preset: applied ? String(k) : (row!.preset ?? null),
  });
  if (!applied) expect(row!.preset).not.toBe(String(k));
  // And the run tells the truth about it.
  expect(run.failure === undefined, `k=${k}: ${run.failure?.message}`).toBe(applied);
  return applied;
}

const BOMBARD = `do $$ begin
  raise notice 'begun';
  for i in 1..PIECES loop
    perform pg_catalog.pg_cancel_backend(VICTIM);
  end loop; end $$`;

describe.each([{ pieces: 1 }, { pieces: 25 }, { pieces: 400 }])(
  "$pieces cancels in front of every message",
  ({ pieces }) => {
    test("leave all of the file or nothing", async () => {
      const done: number[] = [];
      const seen: string[] = [];
      let cancelled = 0;
      for (let k = 0; ; k += 1) {
        let bombardment: Promise<unknown> | undefined;
        let answered = false;
        const { rule, hit } = atBoundary(k, "batch", async () => {
          const text = BOMBARD.replace("PIECES", String(pieces)).replace(
            "VICTIM",
            String(await workPid()),
          );
          const begun = new Promise<void>((resolve) => killer.once("notice", () => resolve()));
          bombardment = (async () => {
            // On a busy machine all of them can be over before the victim is scheduled at all.
            for (let round = 0; round < 50; round += 1) {
              await killer.query(text);
              if (answered || pieces <= 100) return;
            }
          })();
          await begun;
        });
        const answer = ["E", "Z"].map((type) =>
          proxy.when({ direction: "backend", type, occurrence: "every" }, () => {
            answered ||= hit() !== undefined;
          }),
        );
        const run = await libraryUp(proxy.url(db.url), files(k, done));
        for (const one of [rule, ...answer]) one.remove();
        answered = true;
        await bombardment;
        const message = hit();
        if (message === undefined) break;
        seen.push(message);
        const applied = await expectWhole(k, run);
        if (applied) done.push(k);
        else {
          cancelled += 1;
          expect([run.failure?.class, run.failure?.exitCode]).toEqual(["op.cancelled", 79]);
        }
      }
      // Nothing escaped: from the first Parse to the Sync.
      expect([seen[0], seen.at(-1)]).toEqual(["P", "S"]);
      expect(seen.length).toBeGreaterThan(25);
      if (pieces > 100) expect(cancelled).toBeGreaterThan(seen.length / 10);
    });
  },
);

test("a cancel that comes too late, when the file is applied, fails nothing", async () => {
  const done: number[] = [];
  let behind = 0;
  for (let k = 0; ; k += 1) {
    let sync = false;
    let cancels = 0;
    let index = -1;
    // In front of the k-th message after the answer to the file's COMMIT.
    const answer = proxy.when(
      { direction: "backend", type: "C", occurrence: "every" },
      (message) => {
        sync ||= message.payload.includes("COMMIT") && fileSent;
      },
    );
    let fileSent = false;
    const file = proxy.when(
      { direction: "frontend", type: "P", contains: `values (${k}, 2)` },
      () => {
        fileSent = true;
      },
    );
    const rule = proxy.when({ direction: "frontend", occurrence: "every" }, async () => {
      if (!sync) return;
      index += 1;
      if (index !== k) return;
      cancels += 1;
      await killer.query("select pg_cancel_backend($1)", [await workPid()]);
    });
    const run = await libraryUp(proxy.url(db.url), files(k, done));
    for (const one of [answer, file, rule]) one.remove();
    if (cancels === 0) break;
    behind += 1;
    expect(await expectWhole(k, run), `k=${k}`).toBe(true);
    done.push(k);
  }
  expect(behind).toBeGreaterThan(10);
  const open = await db.admin.query("select outcome from lockstep.runs where finished_at is null");
  expect(open, "runs that nobody closed").toEqual([]);
});

test("the backend ended in front of every message: the run goes on, each file applied once", async () => {
  const done: number[] = [];
  const seen: string[] = [];
  let short = 0;
  for (let k = 0; ; k += 1) {
    const { rule, hit } = atBoundary(seen.length, "session", async () => {
      const pid = await workPid();
      await db.admin.query("select pg_terminate_backend($1)", [pid]);
      await waitUntil(
        async () =>
          (await db.admin.query("select from pg_stat_activity where pid = $1", [pid])).length === 0,
        { what: "the backend to end" },
      );
    });
    const run = await libraryUp(proxy.url(db.url), files(k, done));
    rule.remove();
    const message = hit();
    if (message === undefined) {
      if (seen.at(-1) === "X" || (short += 1) > 20) break;
      // A slow run has more to say, and this one had less than the last: its end came before.
      seen.pop();
    } else {
      seen.push(message);
    }
    expect(await expectWhole(k, run), `k=${k}`).toBe(true);
    expect(run.result?.applied).toEqual([`${k + 2}_boundary`]);
    done.push(k);
  }
  expect([seen[0], seen.at(-1)]).toEqual(["P", "X"]);
  expect(seen.length).toBeGreaterThan(25);
  const open = await db.admin.query("select outcome from lockstep.runs where finished_at is null");
  expect(open, "runs that nobody closed").toEqual([]);
});
