/** Whoever comes from Squawk loses nothing: on real files, lint says what it says, or says why not. */
import { expect, test } from "vitest";
import { compareFixtures } from "./union.ts";

/** Squawk's rules that lint does not have, and those that it has and that find nothing here. */
const REASONS: Readonly<Record<string, string>> = {};

test("what Squawk says about the fixtures is said, or there is a reason", async () => {
  const { findings, unread } = await compareFixtures();
  expect(unread).toEqual([]);
  expect(findings.length).toBeGreaterThan(100);
  const open = findings.filter(
    ({ rule, outcome }) =>
      (outcome === "no such rule" || outcome === "nothing found") && REASONS[rule] === undefined,
  );
  expect(
    open.map(({ file, line, rule, outcome }) => `${file}:${line} ${rule}: ${outcome}`),
  ).toEqual([]);
});
