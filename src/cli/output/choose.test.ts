import { expect, test } from "vitest";
import { chooseOutput } from "./choose.ts";
import { createPaint, wantsColor } from "./paint.ts";

const base = { json: false, quiet: false, stdoutIsTty: true, env: {} };

test("live lines need a terminal that can move its cursor, outside of CI", () => {
  expect(chooseOutput(base)).toBe("terminal");
  expect(chooseOutput({ ...base, env: { CI: "false" } })).toBe("terminal");
  expect(chooseOutput({ ...base, env: { CI: "true" } })).toBe("plain");
  expect(chooseOutput({ ...base, env: { TERM: "dumb" } })).toBe("plain");
  expect(chooseOutput({ ...base, stdoutIsTty: false })).toBe("plain");
  expect(chooseOutput({ ...base, quiet: true })).toBe("quiet");
  expect(chooseOutput({ ...base, quiet: true, json: true })).toBe("json");
});

test("colours follow FORCE_COLOR, then NO_COLOR, then the terminal", () => {
  const tty = { isTTY: true };
  expect(wantsColor({}, tty)).toBe(true);
  expect(wantsColor({}, {})).toBe(false);
  expect(wantsColor({ NO_COLOR: "1" }, tty)).toBe(false);
  expect(wantsColor({ NO_COLOR: "" }, tty)).toBe(true);
  expect(wantsColor({ TERM: "dumb" }, tty)).toBe(false);
  expect(wantsColor({ FORCE_COLOR: "1", NO_COLOR: "1" }, {})).toBe(true);
  expect(wantsColor({ FORCE_COLOR: "0" }, tty)).toBe(false);
});

test("paint does nothing when it is off and does not look at the process when it is on", () => {
  expect(createPaint(false).red("x")).toBe("x");
  expect(createPaint(true).red("x")).toBe("\u001b[31mx\u001b[39m");
});
