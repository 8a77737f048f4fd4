import { expect, test } from "vitest";
import { createPaint, PLAIN_PAINT } from "./paint.ts";
import { renderTable } from "./table.ts";
import { displayWidth, oneLine, printable, truncate } from "./width.ts";

const widths: readonly (readonly [string, number])[] = [
  ["users", 5],
  ["", 0],
  ["用户", 4],
  ["ｗｉｄｅ", 8],
  ["한글", 4],
  ["é", 1],
  ["e\u0301", 1],
  ["👩‍👩‍👧", 2],
  ["🇩🇪", 2],
  ["✓", 1],
  ["…", 1],
  ["Straße", 6],
  [createPaint(true).red("users"), 5],
];

test.each(widths)("%j takes %i columns", (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});

test("a cut text fits, and never splits a character of two columns", () => {
  expect(truncate("用户用户", 8)).toBe("用户用户");
  expect(truncate("用户用户", 7)).toBe("用户用…");
  expect(truncate("用户用户", 6)).toBe("用户…");
  expect(displayWidth(truncate("a".repeat(500), 80))).toBe(80);
});

test("control characters of a server message do not reach the terminal", () => {
  expect(printable("a\u001b]0;title\u0007b\u009bm")).toBe("a\\x1b]0;title\\x07b\\x9bm");
  expect(printable("line 1\r\n\tline 2")).toBe("line 1\n\tline 2");
  expect(oneLine("select\n  1\u0000")).toBe("select 1\\x00");
});

test("a table is aligned by columns on the screen, not by characters", () => {
  const rows = [
    ["20240101_用户", "applied", "1 ms"],
    ["20240102_add_users", "pending", ""],
  ];
  expect(renderTable(["migration", "state", "took"], rows, PLAIN_PAINT)).toMatchInlineSnapshot(`
    [
      "migration           state    took",
      "20240101_用户       applied  1 ms",
      "20240102_add_users  pending",
    ]
  `);
});
