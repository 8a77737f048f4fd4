/** What is tried again, and within which bounds: the rules of attempts.ts without a server. */
import { nativeSet } from "../migrations/migration.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { recordedErrors } from "../failures/recorded-errors.ts";
import { BY_SQLSTATE, BY_SQLSTATE_CLASS } from "../failures/sqlstates.ts";
import { Failure } from "../failures/failure.ts";
import { FAILURE_CLASSES, type FailureClassId } from "../failures/taxonomy.ts";
import type { ConnectTarget } from "../postgres/connect.ts";
import { judge, pauseAfter, withAttempts, type Unit } from "./attempts.ts";
import type { RunEventBody } from "./events.ts";
import type { LockedRun } from "./locked-run.ts";
import { DEFAULT_SETTINGS } from "./options.ts";
import { createContext } from "./run-context.ts";

/** An error with the fields that `pg` sets on a DatabaseError. */
function fromServer(code: string, message = "said the server", fields: object = {}): Error {
  return Object.assign(new Error(message), {
    code,
    severity: "ERROR",
    routine: "somewhere",
    ...fields,
  });
}

/** Every code of the table, and an unknown one of each class in it. */
const CODES = [
  ...Object.keys(BY_SQLSTATE),
  ...Object.keys(BY_SQLSTATE_CLASS).map((two) => `${two}999`),
];

/** The only codes that may lead to another attempt, whatever comes with them. */
const RETRIED = new Set([
  "40001",
  "40P01",
  "40999",
  "55000",
  "55006",
  "55999",
  "55P03",
  "72000",
  "XX000",
  "23505",
]);

describe("an error of the server", () => {
  it.each(CODES)("%s is tried again only where that is known to help", (code) => {
    const { retry } = judge(fromServer(code), false);
    if (retry !== "never") expect(RETRIED).toContain(code);
  });

  it.each([
    ...CODES.filter((code) => /^(22|23|42)/.test(code)),
    "53100",
    "XX001",
    "XX002",
    "54000",
    "P0001",
    "P0004",
    "57014",
    "25P02",
    "2BP01",
  ])("%s is never tried again, whatever its message", (code) => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.boolean(), (message, constraint, cancelled) => {
        // Without the words of a race in the catalog, and without our own cancel.
        fc.pre(!/pg_/.test(message + constraint) && !(cancelled && code === "57014"));
        const error = fromServer(code, message, { constraint, schema: "public" });
        expect(judge(error, cancelled).retry).toBe("never");
      }),
      { numRuns: 30 },
    );
  });

  it.each(
    recordedErrors().map((row) => ({ ...row, name: `${row.error.sqlstate} ${row.error.message}` })),
  )("recorded as $name is tried again only if its class says so", ({ error }) => {
    const verdict = judge(fromServer(error.sqlstate, error.message, { ...error }), false);
    if (verdict.retry !== "never") {
      expect(FAILURE_CLASSES[verdict.class].retry).toBe("transaction");
    }
  });
});

describe("what is tried again", () => {
  const cases: readonly {
    readonly name: string;
    readonly error: unknown;
    readonly cancelledByUs?: boolean;
    readonly class: FailureClassId;
    readonly retry: "budget" | "few" | "never";
  }[] = [
    {
      name: "our lock_timeout",
      error: fromServer("55P03", "canceling statement due to lock timeout", {
        routine: "ProcessInterrupts",
      }),
      class: "ddl.lock_timeout",
      retry: "budget",
    },
    {
      name: "the author's NOWAIT",
      error: fromServer("55P03", 'could not obtain lock on relation "t"', {
        routine: "RangeVarGetRelidExtended",
      }),
      class: "ddl.nowait",
      retry: "never",
    },
    {
      name: "a cancel of ours",
      error: fromServer("57014", "canceling statement due to user request"),
      cancelledByUs: true,
      class: "op.stepped_back",
      retry: "budget",
    },
    {
      name: "a cancel of somebody else",
      error: fromServer("57014", "canceling statement due to user request"),
      class: "op.cancelled",
      retry: "never",
    },
    {
      name: "a statement_timeout",
      error: fromServer("57014", "canceling statement due to statement timeout"),
      class: "ddl.statement_timeout",
      retry: "never",
    },
    {
      name: "a statement_timeout soon after a cancel of ours",
      error: fromServer("57014", "canceling statement due to statement timeout"),
      cancelledByUs: true,
      class: "ddl.statement_timeout",
      retry: "never",
    },
    { name: "a deadlock", error: fromServer("40P01"), class: "deadlock", retry: "few" },
    {
      name: "a serialization failure",
      error: fromServer("40001"),
      class: "serialization",
      retry: "few",
    },
    {
      name: "a race in the catalog",
      error: fromServer("XX000", "tuple concurrently updated"),
      class: "catalog.race",
      retry: "few",
    },
    {
      name: "two sessions that create the same type",
      error: fromServer("23505", "duplicate key", {
        constraint: "pg_type_typname_nsp_index",
        schema: "pg_catalog",
      }),
      class: "catalog.race",
      retry: "few",
    },
    {
      name: "a duplicate row in a table of the same name outside the catalog",
      error: fromServer("23505", "duplicate key", {
        constraint: "pg_type_typname_nsp_index",
        schema: "public",
      }),
      class: "data.unique",
      retry: "never",
    },
    {
      name: "an internal error of another kind",
      error: fromServer("XX000", "cache lookup failed for relation 1"),
      class: "corruption",
      retry: "never",
    },
    {
      name: "an exception of the author with a code of ours",
      error: fromServer("55P03", "canceling statement due to lock timeout", {
        routine: "exec_stmt_raise",
      }),
      class: "guard.raise",
      retry: "never",
    },
    {
      name: "a failure on purpose",
      error: new Failure({ class: "module.transaction", what: "no" }),
      class: "module.transaction",
      retry: "never",
    },
    {
      name: "a mistake in our code",
      error: new TypeError("x is undefined"),
      class: "bug",
      retry: "never",
    },
  ];
  it.each(cases)("$name: $retry", (row) => {
    expect(judge(row.error, row.cancelledByUs ?? false)).toEqual({
      class: row.class,
      retry: row.retry,
    });
  });
});

/** A run whose session has nothing to do: the attempts of these tests send nothing. */
function idleRun(budgetMs: number, events: RunEventBody[]): LockedRun {
  const ctx = createContext("up", {
    target: { display: "nowhere" } as unknown as ConnectTarget,
    source: async () => nativeSet([]),
    settings: { ...DEFAULT_SETTINGS, budgetMs },
    onEvent: (event) => void events.push(event),
  });
  const session = { lost: undefined } as unknown as LockedRun["session"];
  const waits = { longestMs: 0, cancelledAt: -Infinity };
  return { ctx, session, waits, observer: undefined } as unknown as LockedRun;
}

const UNIT: Unit = { migration: "1_a", wanted: [], capMs: 80 };
const LOCK_TIMEOUT = fromServer("55P03", "canceling statement due to lock timeout", {
  routine: "ProcessInterrupts",
});

describe("the pause between attempts", () => {
  it("grows to two seconds and no further, and is jittered by up to half of it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (tries) => {
        const most = Math.min(2000, 50 * 2 ** (tries - 1));
        const pause = pauseAfter(tries);
        expect(pause).toBeGreaterThanOrEqual(most / 2);
        expect(pause).toBeLessThanOrEqual(most);
      }),
    );
  });

  it("together stay within the budget, and the end is exit 75", async () => {
    const budgets = fc.integer({ min: 0, max: 400 });
    await fc.assert(
      fc.asyncProperty(budgets, async (budgetMs) => {
        const events: RunEventBody[] = [];
        let tries = 0;
        const failure: unknown = await withAttempts(idleRun(budgetMs, events), UNIT, async () => {
          tries += 1;
          throw LOCK_TIMEOUT;
        }).catch((error: unknown) => error);
        expect(failure).toMatchObject({ class: "ddl.lock_timeout", exitCode: 75 });
        const pauses = events.flatMap((event) =>
          event.event === "retrying" ? [event.pauseMs] : [],
        );
        expect(pauses.length).toBe(tries - 1);
        // Each is rounded for the event.
        const sum = pauses.reduce((total, pause) => total + pause, 0);
        expect(sum).toBeLessThanOrEqual(budgetMs + tries);
      }),
      { numRuns: 8 },
    );
  });

  it.each([
    ["40P01", "deadlock detected"],
    ["40001", "could not serialize access"],
    ["XX000", "tuple concurrently updated"],
  ])("is taken four times for %s, whatever the budget", async (code, message) => {
    const run = idleRun(600_000, []);
    run.ctx.pause = async () => undefined;
    let tries = 0;
    const error = fromServer(code, message);
    const end: unknown = await withAttempts(run, UNIT, async () => {
      tries += 1;
      throw error;
    }).catch((thrown: unknown) => thrown);
    expect(end).toBe(error);
    expect(tries).toBe(5);
  });
});
