/**
 * CREATE INDEX CONCURRENTLY on a partitioned table: the server refuses it, Lockstep builds it leaf
 * by leaf, and a kill anywhere in between is resumed.
 */
import { afterEach, beforeEach, expect, test } from "vitest";
import { runSql } from "../../src/postgres/admin.ts";
import { runCli } from "../support/cli.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";

let database: TestDatabase;

const SCHEMA = [
  "create table events (id int, at date, kind text) partition by range (at)",
  "create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01')",
  "create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01') partition by list (kind)",
  `create table "events 2026 a" partition of events_2026 for values in ('a')`,
  "create table events_2026_rest partition of events_2026 default",
  "insert into events select g, date '2025-06-01' + g % 400, case g % 2 when 0 then 'a' else 'b' end from generate_series(1, 1000) g",
];

const FILES = {
  "migrations/1_index.sql":
    "-- by kind\ncreate index concurrently events_by_kind on events using btree (kind, lower(kind)) where id > 0;\n",
  "migrations/2_unnamed.sql": "CREATE INDEX CONCURRENTLY ON events (id)",
};

beforeEach(async () => {
  database = await freshDatabase();
  await runSql(database.url, ...SCHEMA);
});

afterEach(() => database.drop());

async function indexes(): Promise<Record<string, unknown>[]> {
  return database.admin.query(
    `select c.relname as index, t.relname as table, i.indisvalid as valid, h.inhparent::regclass::text as parent
     from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
     left join pg_inherits h on h.inhrelid = c.oid
     where t.relname like 'events%' order by 1`,
  );
}

function expectComplete(rows: readonly Record<string, unknown>[]): void {
  expect(rows).toHaveLength(10);
  expect(rows.filter(({ valid }) => valid !== true)).toEqual([]);
  // Each index but the two of the root is attached to one of its parent's.
  expect(rows.filter(({ parent }) => parent === null).map(({ index }) => index)).toEqual([
    "events_by_kind",
    "events_id_idx",
  ]);
}

test("an index of a partitioned table is built leaf by leaf", async () => {
  const { dir } = await project({ files: FILES });
  const result = await runCli(["up"], { cwd: dir, url: database.url });
  expect(result, result.stderr).toMatchObject({ code: 0 });
  expectComplete(await indexes());
});

test.each([1, 2, 3, 4])("a kill at leaf %i is resumed", async (leaf) => {
  const { dir } = await project({ files: FILES });
  const killed = await runCli(["up"], {
    cwd: dir,
    url: database.url,
    env: { LOCKSTEP_TEST_KILL_AT: `statement-sent:${leaf}` },
  });
  expect(killed.signal).toBe("SIGKILL");
  const result = await runCli(["up"], { cwd: dir, url: database.url });
  expect(result, result.stderr).toMatchObject({ code: 0 });
  expectComplete(await indexes());
});
