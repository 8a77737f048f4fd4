/**
 * SIGKILL at every fault point of the runner, with a project that has every kind of step. The next
 * run recovers without a person and ends in the same schema as an undisturbed run; counters in the
 * data prove that nothing was applied twice. A new point is tested by itself.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { runSql } from "../../src/postgres/admin.ts";
import { FAULT_POINTS, type FaultPoint } from "../../src/runner/fault-points.ts";
import { freshDatabase, type TestDatabase } from "../support/database.ts";
import { sharedUrl } from "../support/postgres.ts";
import { project, type Project } from "../support/project.ts";
import {
  expectExit,
  expectSettled,
  fingerprint,
  history,
  holder,
  LEDGER,
  ledger,
  mark,
  runUp,
  startUp,
  waitForEndOf,
  waitForStatement,
} from "./support.ts";

const TEMPLATE = `t_kill_points_${process.pid}`;

const SCHEMA = `
  create table items (id int primary key, n int not null default 0, touched int not null default 0);
  insert into items (id) select pg_catalog.generate_series(1, 2000);
  create index items_old on items (touched);
  create index items_again on items (n, id);
  create table events (at int not null) partition by range (at);
  create table events_1 partition of events for values from (0) to (10);
  create table events_2 partition of events for values from (10) to (20);
  insert into events values (1), (11)`;

const FILES = {
  "migrations/1_table.sql": `create table a (id int);\n${mark("1")}`,
  "migrations/2_column.sql": `alter table items add column extra text;\n${mark("2")}`,
  "migrations/3_data.sql": `update items set n = n + 1;\n${mark("3")}`,
  "migrations/4_index.sql": "create index concurrently items_n on items (n);",
  "migrations/5_drop.sql": "drop index concurrently items_old;",
  "migrations/6_reindex.sql": "reindex index concurrently items_again;",
  "migrations/7_detach.sql": "alter table events detach partition events_1 concurrently;",
  "migrations/8_vacuum.sql": "vacuum items;",
  "migrations/9_backfill.ts": `
    import type { MigrationContext } from "lockstep";
    export const transaction = false;
    export async function up(db: MigrationContext): Promise<void> {
      await db.batch(0, async (last, tx) => {
        await tx.sql\`update items set touched = touched + 1 where id > \${last} and id <= \${last + 500}\`;
        return last + 500 < 2000 ? last + 500 : null;
      });
    }`,
  // The server reads a comment between the parts of a string; the parser does not.
  "migrations/10_opaque.sql": `insert into ledger (what)\nvalues (E'1'\n -- ';\n '0\\'');`,
  "migrations/11_last.sql": mark("11"),
  "migrations/R__view.sql": `create or replace view counted as select pg_catalog.count(*) as n from items;\n${mark("R")}`,
};

const HISTORY = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "view"];
const LEDGER_AFTER = ["1", "10'", "11", "2", "3", "R"];

/** How often an undisturbed run passes a point that it passes more than once; all of them are tried. */
const OCCURRENCES: Partial<Record<FaultPoint, readonly number[]>> = {
  "before-file": [1, 2, 5],
  "file-sent": [1, 2, 3, 5],
  "after-file": [1, 2, 5],
  // One for each kind of statement: 4_index to 8_vacuum.
  "before-journal": [1, 2, 3, 4, 5],
  "after-journal": [1, 2, 3, 4, 5],
  "statement-sent": [1, 2, 3, 4, 5],
  "statement-done": [1, 2, 3, 4, 5],
  "after-journal-done": [1, 5],
  // Five statement files and the module.
  "before-record": [1, 6],
  "after-record": [1, 6],
  "batch-sent": [1, 2, 4],
  "batch-done": [1, 2, 4],
};

const CASES = (Object.keys(FAULT_POINTS) as FaultPoint[])
  .filter((point) => point !== "cleanup-sent" && !/adopt/.test(point))
  .flatMap((point) => (OCCURRENCES[point] ?? [1]).map((nth) => `${point}:${nth}`));

let undisturbed: string;
let files: Project;

beforeAll(async () => {
  await runSql(sharedUrl(), `create database ${TEMPLATE}`);
  await runSql(sharedUrl(TEMPLATE), ...`${LEDGER};${SCHEMA}`.split(";"));
  files = await project({ files: FILES });
  await using db = await freshDatabase(TEMPLATE);
  expectExit(await runUp(files.dir, db.url), 0);
  undisturbed = await expectComplete(db);
});

afterAll(async () => {
  await files.remove();
  await runSql(sharedUrl(), `drop database if exists ${TEMPLATE} with (force)`);
});

/** Everything is there exactly once; returns the fingerprint of the schema. */
async function expectComplete(db: TestDatabase): Promise<string> {
  expect(await history(db.admin)).toEqual(HISTORY);
  expect(await ledger(db.admin)).toEqual(LEDGER_AFTER);
  const counters = await db.admin.query("select distinct n, touched from items");
  expect(counters).toEqual([{ n: 1, touched: 1 }]);
  await expectSettled(db);
  return fingerprint(db.admin);
}

describe("a process killed at a fault point", () => {
  it.each(CASES)("%s is followed by a run that completes the work", async (point) => {
    await using db = await freshDatabase(TEMPLATE);
    const killed = await runUp(files.dir, db.url, { LOCKSTEP_TEST_KILL_AT: point });
    expectExit(killed, "SIGKILL");
    expectExit(await runUp(files.dir, db.url), 0);
    expect(await expectComplete(db)).toBe(undisturbed);
  });

  it("cleanup-sent, in the clean-up of an index build, is followed by such a run too", async () => {
    await using db = await freshDatabase(TEMPLATE);
    expectExit(await runUp(files.dir, db.url, {}, ["--to", "3"]), 0);
    // A writer that does not end keeps the build from ending, so that the kill leaves it half-done.
    const writer = await holder(db.url, "begin", "lock table items in row exclusive mode");

    const building = startUp(files.dir, db.url);
    const pid = await waitForStatement(db.admin, /create index concurrently items_n/);
    building.kill("SIGKILL");
    await building.done;
    await waitForEndOf(db.admin, pid);
    await writer.end();
    const [index] = await db.admin.query(
      "select indisvalid as valid from pg_catalog.pg_index where indexrelid = to_regclass('items_n')",
    );
    expect(index).toEqual({ valid: false });

    const cleaning = await runUp(files.dir, db.url, { LOCKSTEP_TEST_KILL_AT: "cleanup-sent" });
    expectExit(cleaning, "SIGKILL");
    expectExit(await runUp(files.dir, db.url), 0);
    expect(await expectComplete(db)).toBe(undisturbed);
  });
});
