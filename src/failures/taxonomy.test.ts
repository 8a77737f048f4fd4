import { describe, expect, test } from "vitest";
import { EXIT_CODES } from "./exit-codes.ts";
import { BY_SQLSTATE } from "./sqlstates.ts";
import { FAILURE_CLASSES, FAILURE_THEMES, failureClass, type FailureClassId } from "./taxonomy.ts";

const ids = Object.keys(FAILURE_CLASSES) as FailureClassId[];

test("no two themes name the same class", () => {
  const all = FAILURE_THEMES.flatMap((theme) => Object.keys(theme.classes));
  expect(all).toHaveLength(new Set(all).size);
  expect(new Set(all)).toEqual(new Set(ids));
});

describe.each(ids)("%s", (id) => {
  const row = failureClass(id);

  test("has a title in sentence case without a full stop", () => {
    expect(row.title).toMatch(/^[A-Z].*[^.]$/);
  });

  test("has whole sentences for people", () => {
    for (const text of [row.detection, row.automatic, row.state, row.action]) {
      expect(text).toMatch(/^[A-Z`].*\.$/s);
    }
  });

  test("tells to try again only when its exit code does", () => {
    if (row.retry === "transaction" && row.exit !== "failed") {
      expect(EXIT_CODES[row.exit].retry).toBe("yes");
    }
  });

  test("exits with `partial` only when something may remain", () => {
    if (row.exit === "partial") expect(row.partial).not.toBe("none");
  });

  test("documents exactly the SQLSTATEs that lead to it", () => {
    const documented = row.detection.match(/\b(?:\d[\dA-Z]{4}|P0\d{3}|XX\d{3})\b/g) ?? [];
    for (const sqlstate of documented) {
      const rule = BY_SQLSTATE[sqlstate];
      if (typeof rule === "string") expect([sqlstate, rule]).toEqual([sqlstate, id]);
    }
    const mapped = Object.keys(BY_SQLSTATE).filter((sqlstate) => BY_SQLSTATE[sqlstate] === id);
    expect(documented).toEqual(expect.arrayContaining(mapped));
  });
});
