/** What only looks must work for whoever may only look, and must leave no trace. */
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Failure } from "../../src/failures/failure.ts";
import { gate } from "../../src/gate/wait.ts";
import { runKey } from "../../src/postgres/advisory-lock.ts";
import { plan } from "../../src/runner/make-plan.ts";
import type { RunnerOptions } from "../../src/runner/options.ts";
import { planRepair } from "../../src/runner/repair.ts";
import { status } from "../../src/runner/status.ts";
import { verify } from "../../src/runner/verify.ts";
import {
  connect,
  expectNoLeftovers,
  freshDatabase,
  type TestDatabase,
} from "../support/database.ts";
import { historyIdent, historySchema, inHistorySchema } from "../support/elsewhere.ts";
import { libraryUp, runnerOptionsFor } from "../support/library-run.ts";
import { sharedUrl } from "../support/postgres.ts";
import { traces } from "./look-only.ts";

const LOOKS: readonly [string, (options: RunnerOptions) => Promise<unknown>][] = [
  ["status", status],
  ["plan", (options) => plan(options)],
  ["plan down", (options) => plan(options, { direction: "down", to: "0" })],
  ["verify", verify],
  ["the look of repair", planRepair],
  [
    "gate",
    async (options) => {
      try {
        return await gate({ ...options, timeoutMs: 0 });
      } catch (error) {
        // Not ready is an answer, too.
        if ((error as Failure).class !== "gate.timeout") throw error;
        return undefined;
      }
    },
  ],
];

const ONE = [{ name: "1_a.sql", sql: "create table a (id int)", down: "drop table a" }];
const TWO = [...ONE, { name: "2_b.sql", sql: "create table b (id int)" }];

let db: TestDatabase;
beforeEach(async () => {
  db = await freshDatabase();
});
afterEach(async () => {
  await expectNoLeftovers(db);
  await db.drop();
});

describe.each(LOOKS)("%s", (_name, look) => {
  test("writes nothing into a database without history", async () => {
    const before = await traces(db);
    await look(await runnerOptionsFor(db.url, TWO));
    expect(await traces(db)).toBe(before);
    expect(before).not.toContain(JSON.stringify(historySchema));
  });

  test("writes nothing into a database with history", async () => {
    await libraryUp(db.url, ONE);
    const before = await traces(db);
    await look(await runnerOptionsFor(db.url, TWO));
    expect(await traces(db)).toBe(before);
  });

  test("needs no more than SELECT on the history", async () => {
    await libraryUp(db.url, ONE);
    const role = `reader_${randomBytes(4).toString("hex")}`;
    await db.admin.query(`create role ${role} login`);
    try {
      await db.admin.query(`grant usage on schema ${historyIdent} to ${role}`);
      await db.admin.query(`grant select on all tables in schema ${historyIdent} to ${role}`);
      await look(await runnerOptionsFor(sharedUrl(db.name, role), TWO));
    } finally {
      await db.admin.query(`drop owned by ${role}`);
      await db.admin.query(`drop role ${role}`);
    }
  });

  test("does not wait for the runner that holds the lock", async () => {
    await libraryUp(db.url, ONE);
    const runner = await connect(db.url, "test runner");
    try {
      await runner.query(`select pg_advisory_lock(${runKey(historySchema).key})`);
      await look(await runnerOptionsFor(db.url, TWO, { settings: { lockWaitMs: 0 } }));
    } finally {
      await runner.end();
    }
  });
});

test("a role that may not read the history gets a permission failure", async () => {
  await libraryUp(db.url, ONE);
  const role = `stranger_${randomBytes(4).toString("hex")}`;
  await db.admin.query(`create role ${role} login`);
  try {
    await db.admin.query(`grant usage on schema ${historyIdent} to ${role}`);
    const options = await runnerOptionsFor(sharedUrl(db.name, role), ONE);
    await expect(status(options)).rejects.toMatchObject({ class: "permission", exitCode: 77 });
  } finally {
    await db.admin.query(`drop owned by ${role}`);
    await db.admin.query(`drop role ${role}`);
  }
});

test("an abort ends a look that waits for the history", async () => {
  await libraryUp(db.url, ONE);
  const other = await connect(db.url, "test locker");
  try {
    await other.query(inHistorySchema("begin; lock table lockstep.state in access exclusive mode"));
    const options = await runnerOptionsFor(db.url, ONE, { signal: AbortSignal.timeout(300) });
    await expect(status(options)).rejects.toMatchObject({ class: "interrupted" });
  } finally {
    await other.end();
  }
});
