import { expect, test } from "vitest";
import { Failure } from "../../failures/failure.ts";
import type { Plan } from "../../runner/plan.ts";
import type { Problem, StatusResult } from "../../runner/results.ts";
import { renderDoctor } from "./doctor-text.ts";
import { PLAIN_PAINT } from "./paint.ts";
import { renderPlan } from "./plan-text.ts";
import { renderRepaired, renderSplit } from "./run-text.ts";
import { renderStatus, renderVerify } from "./status-text.ts";

const EDITED: Problem = {
  kind: "edited",
  migration: "1_add_users",
  message: "The file differs from what was applied.",
  action: "Restore the file, or run `lockstep repair 1`.",
  failure: new Failure({ class: "history.checksum", what: "edited" }).toJSON(),
};

const STATUS: StatusResult = {
  database: "shop",
  server: "18.4",
  connection: "direct",
  historySchema: "lockstep",
  historyExists: true,
  current: "2",
  applied: [
    {
      id: "1_add_users",
      kind: "baseline",
      version: "1",
      name: "add_users",
      checksum: null,
      appliedAt: "2026-11-22T09:00:00Z",
      appliedBy: "anna",
      durationMs: 0,
      origin: "native",
    },
    {
      id: "2_用户",
      kind: "versioned",
      version: "2",
      name: "用户",
      checksum: "abc",
      appliedAt: "2026-11-22T09:01:00Z",
      appliedBy: "deploy",
      durationMs: 1_234,
      origin: "flyway",
    },
  ],
  pending: [
    { id: "3_add_email", file: "migrations/3_add_email.sql", kind: "versioned", changed: false },
    { id: "R__report", file: "migrations/R__report.sql", kind: "repeatable", changed: true },
  ],
  problems: [EDITED],
  lastRun: {
    id: "r1",
    command: "up",
    startedAt: "2026-11-22T09:01:00Z",
    finishedAt: null,
    outcome: "failed",
    failureClass: "ddl.lock_timeout",
    host: "pod-7",
    by: "deploy",
  },
  running: { pid: 12, application: "lockstep", since: "2026-11-22T09:05:00Z" },
  window: null,
};

test("status shows applied and pending migrations, the last run and the problems", () => {
  expect(renderStatus(STATUS, PLAIN_PAINT).join("\n")).toMatchInlineSnapshot(`
    "shop, PostgreSQL 18.4, direct connection, history in lockstep
      migration    state     when                     took   by
    ✓ 1_add_users  baseline  2026-11-22 09:00:00 UTC         anna
    ✓ 2_用户       applied   2026-11-22 09:01:00 UTC  1.2 s  deploy (flyway)
    · 3_add_email  pending
    · R__report    changed

    At version 2, 2 migrations pending.
    Last run: up, failed (ddl.lock_timeout), 2026-11-22 09:01:00 UTC, by deploy on pod-7.
    A runner is at work now: pid 12 (lockstep), since 2026-11-22 09:05:00 UTC.

    ✗ 1_add_users (edited): The file differs from what was applied.
      What to do: Restore the file, or run \`lockstep repair 1\`."
  `);
});

test("status of a new database says that nothing is there", () => {
  const empty: StatusResult = {
    ...STATUS,
    historyExists: false,
    current: null,
    applied: [],
    pending: [],
    problems: [],
    lastRun: null,
    running: null,
  };
  expect(renderStatus(empty, PLAIN_PAINT).join("\n")).toMatchInlineSnapshot(`
    "shop, PostgreSQL 18.4, direct connection, history in lockstep (not there yet)
    No migrations.

    Nothing applied, nothing pending."
  `);
});

test("verify says that all is well, or what differs", () => {
  expect(renderVerify({ checked: 8, problems: [] }, PLAIN_PAINT)).toMatchInlineSnapshot(`
    [
      "✓ 8 migrations checked, no difference.",
    ]
  `);
  expect(renderVerify({ checked: 8, problems: [EDITED] }, PLAIN_PAINT).join("\n"))
    .toMatchInlineSnapshot(`
    "8 migrations checked, 1 problem.

    ✗ 1_add_users (edited): The file differs from what was applied.
      What to do: Restore the file, or run \`lockstep repair 1\`."
  `);
});

const PLAN: Plan = {
  direction: "up",
  server: "18.4",
  connection: "direct",
  historyExists: false,
  migrations: [
    {
      id: "1_add_users",
      file: "migrations/1_add_users.sql",
      direction: "up",
      kind: "versioned",
      directives: { role: "owner", lockTimeoutMs: 50 },
      warnings: ["The file has its own BEGIN and COMMIT; they are left out."],
      steps: [
        {
          transaction: "file",
          statements: [
            {
              ordinal: 1,
              line: 3,
              summary: "alter table users add column email text",
              locks: [{ relation: "users", mode: "ACCESS EXCLUSIVE", known: true }],
            },
            {
              ordinal: 2,
              line: 4,
              summary: "alter table orders validate constraint c",
              locks: [{ relation: "orders", mode: "SHARE UPDATE EXCLUSIVE", known: false }],
            },
          ],
        },
      ],
    },
    {
      id: "2_index",
      file: "migrations/2_index.sql",
      direction: "up",
      kind: "versioned",
      directives: {},
      warnings: [],
      steps: [
        {
          transaction: "none",
          statements: [
            {
              ordinal: 1,
              line: 1,
              summary: "create index concurrently i on users (email)",
              nonTransactional: "create-index-concurrently",
              locks: [{ relation: "users", mode: "SHARE UPDATE EXCLUSIVE", known: true }],
            },
          ],
        },
      ],
    },
  ],
  window: null,
  refused: [
    {
      id: "3_mixed",
      file: "migrations/3_mixed.sql",
      failure: new Failure({
        class: "file.mixed",
        what: "`3_mixed` mixes statements that need a transaction and one that cannot be in one.",
        action: "Run `lockstep split migrations/3_mixed.sql`.",
        notes: ["line 1: alter table", "line 4: create index concurrently"],
        location: { file: "migrations/3_mixed.sql", line: 4, column: 1 },
      }).toJSON(),
    },
  ],
};

test("a plan shows transactions, lock modes in words, and what is refused", () => {
  expect(renderPlan(PLAN, PLAIN_PAINT).join("\n")).toMatchInlineSnapshot(`
    "PostgreSQL 18.4, direct connection, no history yet

    1_add_users migrations/1_add_users.sql, lock timeout 50 ms, as role owner
      ! The file has its own BEGIN and COMMIT; they are left out.
      one transaction
      │ line 3  alter table users add column email text
      │     ACCESS EXCLUSIVE on users: reads and writes wait
      │ line 4  alter table orders validate constraint c
      │     SHARE UPDATE EXCLUSIVE on orders: reads and writes go on (not measured; the strongest mode is assumed)

    2_index migrations/2_index.sql
      outside a transaction, journaled
      · line 1  create index concurrently i on users (email)
      ·     SHARE UPDATE EXCLUSIVE on users: reads and writes go on

    ✗ 3_mixed migrations/3_mixed.sql:4 refused
      \`3_mixed\` mixes statements that need a transaction and one that cannot be in one.
      line 1: alter table
      line 4: create index concurrently
      What to do: Run \`lockstep split migrations/3_mixed.sql\`.

    2 migrations to apply in 2 steps. 1 migration refused: nothing is applied until that is settled."
  `);
});

test("an empty plan says that there is nothing", () => {
  const empty = { ...PLAN, historyExists: true, migrations: [], refused: [] };
  expect(renderPlan(empty, PLAIN_PAINT)).toMatchInlineSnapshot(`
    [
      "PostgreSQL 18.4, direct connection",
      "Nothing to apply.",
    ]
  `);
});

test("doctor shows one line per check and an instruction where one is needed", () => {
  const checks = [
    { id: "kind", title: "Connection", status: "ok", message: "direct" },
    {
      id: "role",
      title: "Rights of the role",
      status: "fail",
      message: "no CREATE on `app`",
      action: "grant create on database app to me",
    },
    {
      id: "timeout",
      title: "Timeouts",
      status: "warn",
      message: "statement_timeout is 1 s",
      action: "Nothing; a run sets its own.",
    },
    { id: "version", title: "Server", status: "info", message: "18.4" },
  ] as const;
  expect(renderDoctor({ checks }, PLAIN_PAINT).join("\n")).toMatchInlineSnapshot(`
    "✓ Connection          direct
    ✗ Rights of the role  no CREATE on \`app\`
        What to do: grant create on database app to me
    ! Timeouts            statement_timeout is 1 s
        What to do: Nothing; a run sets its own.
    · Server              18.4

    1 failure, 1 warning."
  `);
});

test("repair and split say what they would do and what they did", () => {
  const repaired = [{ id: "1_a", from: "a".repeat(64), to: "b".repeat(64) }];
  expect(renderRepaired(repaired, false, PLAIN_PAINT)).toMatchInlineSnapshot(`
    [
      "1 edited migration:",
      "  1_a: aaaaaaaaaa → bbbbbbbbbb",
    ]
  `);
  expect(renderRepaired([], true, PLAIN_PAINT)).toMatchInlineSnapshot(`
    [
      "✓ No edited migration: every recorded checksum is the file's.",
    ]
  `);
  const files = [
    { path: "migrations/1_a.sql", text: "select 1;\n" },
    { path: "migrations/2_a.sql", text: "vacuum;\n" },
  ];
  expect(renderSplit(files, false, PLAIN_PAINT).join("\n")).toMatchInlineSnapshot(`
    "-- migrations/1_a.sql
    select 1;

    -- migrations/2_a.sql
    vacuum;

    2 files. Nothing is written; add --write to do it."
  `);
  expect(renderSplit(files, true, PLAIN_PAINT)).toMatchInlineSnapshot(`
    [
      "✓ wrote migrations/1_a.sql",
      "✓ wrote migrations/2_a.sql",
    ]
  `);
});
