import { describe, expect, test } from "vitest";
import type { BlockerRule } from "../config/blockers-config.ts";
import { isHiddenFrom, judgeBlocker, type Blocker } from "./blocker-policy.ts";

const IDLE: Blocker = {
  pid: 4711,
  user: "shop",
  application: "report-daily",
  state: "idle in transaction",
  backendType: "client backend",
  transactionAgeMs: 600_000,
  stateAgeMs: 300_000,
  superuser: false,
  ownRole: false,
  here: true,
};
const ACTIVE: Blocker = { ...IDLE, state: "active", stateAgeMs: 10 };

const FORGOTTEN: BlockerRule = { state: "idle in transaction", olderThan: "5m" };
const REPORTS: BlockerRule = { role: "own", application: "report-*", olderThan: "30s" };
const ANYBODY: BlockerRule = { application: "*", olderThan: 0 };

describe("without a rule that fits", () => {
  test("nobody is touched", () => {
    expect(judgeBlocker(IDLE, [])).toEqual({ action: "none" });
    expect(judgeBlocker(ACTIVE, [FORGOTTEN])).toEqual({ action: "none" });
    expect(judgeBlocker(ACTIVE, [REPORTS])).toEqual({ action: "none" });
  });

  test("what is younger is left", () => {
    expect(judgeBlocker({ ...IDLE, stateAgeMs: 299_999 }, [FORGOTTEN]).action).toBe("none");
    expect(judgeBlocker(IDLE, [FORGOTTEN]).action).toBe("terminate");
    const report = { ...ACTIVE, ownRole: true };
    expect(judgeBlocker({ ...report, transactionAgeMs: 29_999 }, [REPORTS]).action).toBe("none");
    expect(judgeBlocker({ ...report, transactionAgeMs: 30_000 }, [REPORTS]).action).toBe("cancel");
  });

  test("idle for a moment between two statements is not idle, however old the transaction is", () => {
    expect(
      judgeBlocker({ ...IDLE, stateAgeMs: 5, transactionAgeMs: 10 ** 9 }, [FORGOTTEN]),
    ).toEqual({ action: "none" });
  });
});

describe("what is done", () => {
  test("is what helps, with the rule in words", () => {
    expect(judgeBlocker({ ...ACTIVE, ownRole: true }, [FORGOTTEN, REPORTS])).toEqual({
      action: "cancel",
      rule: "role own, application report-*, older than 30s",
    });
    expect(judgeBlocker({ ...IDLE, ownRole: true }, [REPORTS]).action).toBe("terminate");
  });

  test("is what the rule says; a cancel does nothing to who is idle, so it is no cancel", () => {
    expect(judgeBlocker(ACTIVE, [{ ...ANYBODY, action: "terminate" }]).action).toBe("terminate");
    expect(judgeBlocker(IDLE, [{ ...ANYBODY, action: "cancel" }]).action).toBe("none");
  });

  test("the first rule that fits decides", () => {
    const rules: BlockerRule[] = [
      { application: "report-*", olderThan: 0, action: "cancel" },
      { ...ANYBODY, action: "terminate" },
    ];
    expect(judgeBlocker(ACTIVE, rules)).toMatchObject({ action: "cancel" });
  });

  test.each([
    ["report-*", "report-daily", true],
    ["report-*", "my-report-daily", false],
    ["*report*", "my-report-daily", true],
    ["report.daily", "report-daily", false],
    ["*", "", true],
    ["*", undefined, true],
    ["a*", undefined, false],
  ])("application %s fits %s: %s", (application, name, fits) => {
    const { application: _, ...nameless } = ACTIVE;
    const blocker = name === undefined ? nameless : { ...ACTIVE, application: name };
    expect(judgeBlocker(blocker, [{ application, olderThan: 0 }]).action !== "none").toBe(fits);
  });
});

describe("never, whatever the rules say", () => {
  test.each([
    ["a superuser", { superuser: true }],
    ["autovacuum", { backendType: "autovacuum worker" }],
    ["a walsender", { backendType: "walsender" }],
    ["a process whose kind is hidden", { backendType: undefined }],
    ["a prepared transaction", { pid: 0 }],
    ["another database", { here: false }],
    ["another runner", { application: "lockstep 1a2b3c4d host" }],
    ["an observer", { application: "lockstep 1a2b3c4d host observer" }],
    ["a session whose state is hidden", { state: undefined }],
    ["a session whose age is hidden", { transactionAgeMs: undefined }],
  ])("%s", (_, change) => {
    expect(judgeBlocker({ ...ACTIVE, ...change } as Blocker, [ANYBODY])).toEqual({
      action: "none",
    });
  });

  test("an application that only begins like a runner's is nobody special", () => {
    const blocker = { ...ACTIVE, application: "lockstep gate" };
    expect(judgeBlocker(blocker, [ANYBODY]).action).toBe("cancel");
  });
});

test("hidden is whom a rule names and this role cannot see", () => {
  const { state: _, ...hidden } = IDLE;
  expect(isHiddenFrom(hidden, [REPORTS])).toBe(false);
  expect(isHiddenFrom(hidden, [{ application: "report-*", olderThan: "30s" }])).toBe(true);
  expect(isHiddenFrom(hidden, [FORGOTTEN])).toBe(true);
  expect(isHiddenFrom(IDLE, [FORGOTTEN])).toBe(false);
});
