/**
 * SIGKILL in a file of another tool that is several transactions: the next run goes on behind what
 * was committed, and nothing runs twice.
 */
import { expect, test } from "vitest";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { expectExit, expectSettled, LEDGER, ledger, mark, runUp } from "./support.ts";

const FILE = `
set statement_timeout = '1min';
create table a (id int);
${mark("1")}

begin;
alter table a add column n int;
set work_mem = '8MB';
${mark("2")}
commit;

create index concurrently a_n on a (n);

begin;
insert into a (id) values (1);
${mark("3")}
commit;
`;

const KILLS = [
  "statement-sent:1",
  "statement-sent:2",
  "statement-sent:3",
  "statement-sent:4",
  "after-journal-done:1",
  "after-journal-done:2",
  "after-journal-done:3",
  "after-journal-done:4",
  "before-record",
  "after-record",
];

test.each(KILLS)("%s is followed by a run that completes the file", async (point) => {
  await using db = await freshDatabase();
  for (const sql of LEDGER.split(";")) await db.admin.query(sql);
  const app = await project({ files: { "migrations/1_all.up.sql": FILE } });
  expectExit(await runUp(app.dir, db.url, { LOCKSTEP_TEST_KILL_AT: point }), "SIGKILL");
  expectExit(await runUp(app.dir, db.url), 0);
  expect(await ledger(db.admin)).toEqual(["1", "2", "3"]);
  expect(await db.admin.query("select id, n from a")).toEqual([{ id: 1, n: null }]);
  const [index] = await db.admin.query(
    "select indisvalid as valid from pg_catalog.pg_index where indexrelid = 'a_n'::regclass",
  );
  expect(index).toEqual({ valid: true });
  await expectSettled(db);
});
