import { afterEach, beforeEach, expect, test } from "vitest";
import { resolve } from "../../src/runner/resolve.ts";
import { verify } from "../../src/runner/verify.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { libraryUp, runnerOptionsFor } from "../support/library-run.ts";
import { traces } from "./look-only.ts";

const REASON = { by: "ada", why: "I looked" };
const FILES = {
  "001_a.sql": "create table ready (id int); create table done (id int)",
  "002_b.sql":
    "-- lockstep:transaction none\ninsert into done values (0);\ninsert into done select 1 / count(*) from ready",
};

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
  // The second statement fails as long as nobody is ready; without a transaction, nobody can tell.
  const { failure } = await libraryUp(db.url, FILES);
  if (failure?.exitCode !== 80) throw new Error("the step is not open", { cause: failure });
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

const options = (onEvent?: Parameters<typeof runnerOptionsFor>[2]) =>
  runnerOptionsFor(db.url, FILES, onEvent);
const done = () => db.admin.query("select id from done order by id");

test("up stops until the step is settled", async () => {
  const { failure } = await libraryUp(db.url, FILES);
  expect(failure).toMatchObject({ class: "history.unknown_outcome" });
});

test("applied: the next up runs nothing of it again, and records the migration", async () => {
  const warnings: string[] = [];
  const result = await resolve(
    await options({
      onEvent: (event) => event.event === "warning" && warnings.push(event.message),
    }),
    "002",
    "applied",
    REASON,
  );
  expect(result).toEqual({ id: "002_b", outcome: "applied" });
  expect(warnings).toEqual([expect.stringContaining("records the migration")]);
  expect((await libraryUp(db.url, FILES)).result?.applied).toEqual(["002_b"]);
  expect(await done()).toEqual([{ id: 0 }]);
  expect((await verify(await options())).problems).toEqual([]);
});

test("not applied: the next up runs the step, and only this one", async () => {
  await resolve(await options(), "2", "not-applied", REASON);
  await db.admin.query("insert into ready values (1)");
  expect((await libraryUp(db.url, FILES)).result?.applied).toEqual(["002_b"]);
  expect(await done()).toEqual([{ id: 0 }, { id: 1 }]);
});

test("who and why are recorded, with the step", async () => {
  await resolve(await options(), "2", "not-applied", REASON);
  expect(
    await db.admin.query("select action, migration, done_by, reason, detail from lockstep.audit"),
  ).toEqual([
    {
      action: "resolve",
      migration: "002_b",
      done_by: "ada",
      reason: "I looked",
      detail: { outcome: "not-applied", ordinal: 2, direction: "up", kind: "other" },
    },
  ]);
});

test("without an open step it is refused, and says what the state is", async () => {
  await db.admin.query(`insert into lockstep.journal
    (migration, direction, ordinal, kind, statement_checksum, state, detail, run_id) values
    ('003_c', 'up', 1, 'vacuum', '', 'done', null, gen_random_uuid()),
    ('004_d', 'up', 1, 'batch', '', 'started', '{"cursor": 5}', gen_random_uuid())`);
  const before = await traces(db);
  for (const [version, why] of [
    ["1", "is applied as a whole"],
    ["3", "between two steps"],
    ["4", "batched loop"],
    ["9", "neither in the history nor in the folder"],
  ] as const) {
    await expect(resolve(await options(), version, "applied", REASON)).rejects.toMatchObject({
      class: "usage",
      exitCode: 65,
      what: expect.stringContaining(why),
    });
  }
  const more = await runnerOptionsFor(db.url, { ...FILES, "009_x.sql": "select 9" });
  await expect(resolve(more, "9", "applied", REASON)).rejects.toThrow("`009_x` is pending");
  expect(await traces(db)).toBe(before);
});

test("of two at once with opposite answers one wins", async () => {
  const results = await Promise.allSettled([
    resolve(await options(), "2", "applied", REASON),
    resolve(await options(), "2", "not-applied", REASON),
  ]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(results.find(({ status }) => status === "rejected")).toMatchObject({
    reason: { class: "usage", exitCode: 65 },
  });
  expect(await db.admin.query("select 1 from lockstep.audit")).toHaveLength(1);
});
