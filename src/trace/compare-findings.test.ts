import { describe, expect, test } from "vitest";
import type { Finding } from "../lint/finding.ts";
import { compareFindings } from "./compare-findings.ts";
import type { TracedLock, TracedStatement, TracedWork } from "./result.ts";

const FINDING: Finding = {
  rule: "some-rule",
  kind: "lock",
  severity: "error",
  longWork: "rewrite",
  file: "2.sql",
  line: 1,
  column: 1,
  endLine: 1,
  endColumn: 2,
  message: "It rewrites `users`.",
  fix: null,
  statement: 1,
  excerpt: "",
  relation: "users",
};

const LOCK: TracedLock = {
  relation: "users",
  kind: "table",
  mode: "ACCESS EXCLUSIVE",
  blocksReads: true,
  blocksWrites: true,
  isNew: false,
  seen: "held",
};

const WORK: TracedWork = {
  kind: "rewrite",
  relation: "users",
  isNew: false,
  mode: "ACCESS EXCLUSIVE",
  message: "",
};

function compare(
  statement: Partial<TracedStatement>,
  findings: readonly Finding[] = [FINDING],
): ReturnType<typeof compareFindings> {
  const whole: TracedStatement = {
    ordinal: 1,
    line: 1,
    summary: "",
    outcome: "traced",
    locks: [LOCK],
    work: [],
    proofs: [],
    durationMs: 0,
    changed: { created: [], dropped: [], altered: [] },
    ...statement,
  };
  const step = { transaction: "file", statements: [whole], held: [], durationMs: 0 } as const;
  return compareFindings("2.sql", [step], findings);
}

function verdict(statement: Partial<TracedStatement>, finding: Partial<Finding> = {}): unknown {
  return compare(statement, [{ ...FINDING, ...finding }]).findings.map((one) => one.verdict)[0];
}

describe("a finding about long work", () => {
  test("is confirmed by that work on that table, under a lock that stops writers", () => {
    expect(verdict({ work: [WORK] })).toBe("confirmed");
    expect(verdict({ work: [WORK] }, { relation: "public.users" })).toBe("confirmed");
  });

  test("is refuted by other work, another table, a new one, or a lock that lets writers through", () => {
    expect(verdict({ work: [] })).toBe("refuted");
    expect(verdict({ work: [{ ...WORK, kind: "scan" }] })).toBe("refuted");
    expect(verdict({ work: [{ ...WORK, relation: "orders" }] })).toBe("refuted");
    expect(verdict({ work: [{ ...WORK, isNew: true }] })).toBe("refuted");
    expect(verdict({ work: [{ ...WORK, mode: "SHARE UPDATE EXCLUSIVE" }] })).toBe("refuted");
  });

  test("is neither when the statement was not traced", () => {
    expect(verdict({ outcome: "untraced" })).toBe("untraced");
    expect(verdict({ work: [WORK] }, { statement: 7 })).toBe("untraced");
  });

  test("of the whole file may be seen in any statement", () => {
    expect(verdict({ work: [WORK] }, { statement: 0 })).toBe("confirmed");
  });
});

test("a finding about a lock alone is confirmed by the lock", () => {
  expect(verdict({}, { longWork: null })).toBe("confirmed");
  expect(verdict({ locks: [{ ...LOCK, isNew: true }] }, { longWork: null })).toBe("refuted");
});

test("what no trace can see is not marked", () => {
  expect(compare({}, [{ ...FINDING, kind: "style", longWork: null }]).findings).toEqual([]);
  expect(compare({}, [{ ...FINDING, file: "other.sql" }]).findings).toEqual([]);
});

describe("only by trace", () => {
  test("is work under a blocking lock that no finding speaks of", () => {
    expect(compare({ work: [WORK] }, []).onlyByTrace).toEqual([
      { statement: 1, line: 1, kind: "rewrite", relation: "users", mode: "ACCESS EXCLUSIVE" },
    ]);
    expect(compare({ work: [WORK] }).onlyByTrace).toEqual([]);
    expect(compare({ work: [{ ...WORK, isNew: true }] }, []).onlyByTrace).toEqual([]);
    expect(compare({ work: [{ ...WORK, mode: null }] }, []).onlyByTrace).toEqual([]);
  });

  test("does not list the indexes that a rewrite builds anew", () => {
    const build: TracedWork = { ...WORK, kind: "index-build", index: "users_pkey" };
    expect(compare({ work: [WORK, build] }).onlyByTrace).toEqual([]);
    expect(compare({ work: [build] }).onlyByTrace).toHaveLength(1);
  });

  test("a finding about the parent speaks of its partitions", () => {
    const parent: TracedLock = { ...LOCK, relation: "events", kind: "partitioned table" };
    const work: TracedWork = { ...WORK, kind: "scan", relation: "events_1" };
    const finding: Finding = { ...FINDING, longWork: "scan", relation: "events" };
    expect(compare({ locks: [parent], work: [work] }, [finding]).onlyByTrace).toEqual([]);
  });
});
