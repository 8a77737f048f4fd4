/** Whoever comes from Squawk loses nothing: on real files, lint says what it says, or says why not. */
import { expect, test } from "vitest";
import { compareFixtures } from "./union.ts";

/** Why lint has no such rule: by Squawk's rule. Why it finds nothing: by place and rule. */
const REASONS: Readonly<Record<string, string>> = {
  "test/formats/golang-migrate/migrations/9_teams.up.sql:6 adding-foreign-key-constraint":
    "the column is new and has no default: there is no row to look up",
  "test/formats/flyway/migrations/tables/V1.1__orders.sql:1 transaction-nesting":
    "Flyway runs the file without a transaction of its own when it has one, and lint knows that",
};

test("what Squawk says about the fixtures is said, or there is a reason", async () => {
  const { findings, unread } = await compareFixtures();
  expect(unread).toEqual([]);
  expect(findings.length).toBeGreaterThan(100);
  const open = findings.flatMap(({ file, line, rule, outcome }) => {
    const place = `${file}:${line} ${rule}`;
    const key = outcome === "no such rule" ? rule : place;
    const isOpen = outcome === "no such rule" || outcome === "nothing found";
    return isOpen && REASONS[key] === undefined ? [`${place}: ${outcome}`] : [];
  });
  expect(open).toEqual([]);
});
