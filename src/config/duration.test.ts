import { expect, test } from "vitest";

import { parseDuration, readDuration } from "./duration.ts";

test.each([
  ["250ms", 250],
  ["5s", 5000],
  ["10m", 600_000],
  ["2min", 120_000],
  ["1h", 3_600_000],
  ["1d", 86_400_000],
  ["1.5s", 1500],
  ["80", 80],
  [80, 80],
  ["0", 0],
  [" 5 s ", 5000],
])("the duration %j is %d milliseconds", (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

test.each(["", "5x", "-1s", "s", "1e3", "30d", NaN, Infinity, -5])("%j is no duration", (text) => {
  expect(readDuration(text)).toBeUndefined();
});

test("a wrong duration is refused with the name of its source", () => {
  expect(() => parseDuration("soon", "`--lock-wait`")).toThrow("`--lock-wait` is `soon`");
});
