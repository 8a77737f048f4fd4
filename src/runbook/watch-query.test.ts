import { expect, test } from "vitest";
import { toState, type RawState } from "./watch-query.ts";

const RUN = {
  id: "1a2b3c4d-0000-4000-8000-000000000000",
  command: "up",
  host: "shop",
  by: "migrator",
  commit: null,
  startedAt: "2026-01-01T00:00:00.000Z",
  elapsedMs: 5000,
  outcome: "running",
  applied: 0,
  longestWaitMs: null,
  failure: null,
  failureClass: null,
  message: null,
};
const RAW: RawState = {
  at: "2026-01-01T00:00:05.000Z",
  run: RUN,
  held: true,
  work: null,
  statementMs: null,
  idle: null,
  names: ["lockstep 1a2b3c4d at 3_add observer", "lockstep 1a2b3c4d shop"],
  journal: null,
  migrations: null,
  reverted: null,
  wanted: null,
  blockers: null,
  victims: null,
  progress: null,
  relation: null,
};

test("the migration is the one that a session's name says", () => {
  expect(toState(RAW)).toMatchObject({ activity: "working", step: { migration: "3_add" } });
  expect(toState({ ...RAW, names: ["lockstep 1a2b3c4d shop"] }).step).toMatchObject({
    migration: null,
  });
});

test("a name that was cut is completed by another one or by the journal, and else says that it is cut", () => {
  const names = ["lockstep 1a2b3c4d at 20240102120000_add_~ waits 4711 (2) observer"];
  expect(toState({ ...RAW, names }).step).toMatchObject({
    migration: "20240102120000_add_…",
    attempt: 2,
  });
  const whole = "lockstep 1a2b3c4d at 20240102120000_add_email";
  expect(toState({ ...RAW, names: [...names, whole] }).step).toMatchObject({
    migration: "20240102120000_add_email",
    attempt: 2,
  });
  const journal = { migration: "20240102120000_add_email", ordinal: 2 };
  expect(toState({ ...RAW, names, journal }).step).toMatchObject({
    migration: "20240102120000_add_email",
    ordinal: 2,
  });
  // The journal of a file before it, which was left half done, is not where the run is.
  expect(toState({ ...RAW, journal: { migration: "2_other", ordinal: 1 } }).step).toMatchObject({
    migration: "3_add",
    ordinal: null,
  });
});

test("what the role may not see is missing, and said to be", () => {
  const work = {
    pid: 1,
    user: "migrator",
    application: "lockstep 1a2b3c4d shop",
    client: null,
    state: null,
    backendType: null,
    transactionAgeMs: null,
    query: "<insufficient privilege>",
  } as unknown as NonNullable<RawState["work"]>;
  const blocker = { ...work, pid: 2, application: "report" };
  const state = toState({ ...RAW, work, blockers: [blocker] });
  expect(state).toMatchObject({ hidden: true, activity: "blocked", step: { statement: null } });
  expect(state.blockers).toEqual([{ pid: 2, user: "migrator", application: "report" }]);
});

test("a run without sessions is gone; one that is closed has ended", () => {
  expect(toState({ ...RAW, held: null, names: null })).toMatchObject({
    activity: "gone",
    step: null,
  });
  const failed = { ...RUN, outcome: "failed", failureClass: "data.unique", message: "Twice." };
  expect(toState({ ...RAW, run: failed, held: null, names: null })).toMatchObject({
    activity: "ended",
    run: { failure: { class: "data.unique", what: "Twice.", exitCode: 79 } },
  });
});
