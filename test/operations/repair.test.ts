import { afterEach, beforeEach, expect, test } from "vitest";
import { planRepair, repair } from "../../src/runner/repair.ts";
import { verify } from "../../src/runner/verify.ts";
import { expectNoLeftovers, freshDatabase, type TestDatabase } from "../support/database.ts";
import { historyIdent } from "../support/elsewhere.ts";
import { libraryUp, runnerOptionsFor } from "../support/library-run.ts";
import { traces } from "./look-only.ts";

const REASON = { by: "ada", why: "only a comment" };
const BEFORE = { "001_a.sql": "select 1", "002_b.sql": "select 2", "003_c.sql": "select 3" };
const AFTER = { ...BEFORE, "001_a.sql": "select 1 -- one", "003_c.sql": "select 3 -- three" };

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
  await libraryUp(db.url, BEFORE);
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

const options = (files: Readonly<Record<string, string>> = AFTER) =>
  runnerOptionsFor(db.url, files);
const problems = async () => (await verify(await options())).problems.map((one) => one.migration);

test("all edited checksums are accepted, and who and why are recorded", async () => {
  const planned = await planRepair(await options());
  expect(planned.repaired.map(({ id }) => id)).toEqual(["001_a", "003_c"]);
  expect(await problems()).toEqual(["001_a", "003_c"]);
  expect(await repair(await options(), null, REASON)).toEqual(planned);
  expect(await problems()).toEqual([]);
  const audit = await db.admin.query(
    "select action, migration, done_by, reason, detail from lockstep.audit order by id",
  );
  expect(audit).toEqual(
    planned.repaired.map(({ id, from, to }) => ({
      action: "repair",
      migration: id,
      done_by: "ada",
      reason: "only a comment",
      detail: { from, to },
    })),
  );
  expect((await libraryUp(db.url, AFTER)).result?.outcome).toBe("nothing-to-do");
});

test("only the versions named are accepted", async () => {
  const { repaired } = await repair(await options(), ["3"], REASON);
  expect(repaired.map(({ id }) => id)).toEqual(["003_c"]);
  expect(await problems()).toEqual(["001_a"]);
});

test("a version that is not edited refuses all of it, and nothing is changed", async () => {
  const before = await traces(db);
  for (const [version, why] of [
    ["2", "is not edited"],
    ["9", "is not applied"],
    ["x", "is not a version"],
  ] as const) {
    await expect(repair(await options(), ["1", version], REASON)).rejects.toMatchObject({
      class: "usage",
      exitCode: 64,
      what: expect.stringContaining(why),
    });
  }
  expect(await traces(db)).toBe(before);
});

test("nothing edited is nothing to do, also without a history", async () => {
  const before = await traces(db);
  expect(await repair(await options(BEFORE), null, REASON)).toEqual({ repaired: [] });
  expect(await traces(db)).toBe(before);
  await db.admin.query(`drop schema ${historyIdent} cascade`);
  expect(await repair(await options(), null, REASON)).toEqual({ repaired: [] });
});

test("nothing else is repaired: a drift of the schema is still seen afterwards", async () => {
  await db.admin.query("create table by_hand (id int)");
  await repair(await options(), null, REASON);
  const { failure } = await libraryUp(
    db.url,
    { ...AFTER, "004_d.sql": "select 4" },
    { settings: { strict: true } },
  );
  expect(failure).toMatchObject({ class: "drift" });
});

test("of two at once one accepts, and the other finds nothing to do or says so", async () => {
  const results = await Promise.allSettled([
    repair(await options(), ["1"], REASON),
    repair(await options(), ["1"], REASON),
  ]);
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(results.find(({ status }) => status === "rejected")).toMatchObject({
    reason: { class: "usage", what: expect.stringContaining("is not edited") },
  });
  expect(await db.admin.query("select 1 from lockstep.audit")).toHaveLength(1);
});
