import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { createPaint } from "../../cli/output/paint.ts";
import { displayWidth } from "../../failures/display-width.ts";
import { context, finding, result } from "./report.fixture.ts";
import { reportText } from "./text.ts";

test("file by file, with the lines, the long work and what to do", () => {
  expect(reportText(result(), context())).toMatchInlineSnapshot(`
    "migrations/2_données #1.sql

    error index-not-concurrent  migrations/2_données #1.sql:2:1
      Writes to \`été\` wait until the index is built.
      1 | -- les données 😀
      2 | create index "naïve😀" on "été" (id);
        | ^
      3 |
      Long work: an index is built under the lock on \`été\`.
      Do: Build the index CONCURRENTLY (\`lockstep lint --fix\`).

    warning drop-table  migrations/2_données #1.sql:4:1
      The rows of \`a|b\` & <b> are gone: 100%.
      Ask @team.
      2 | create index "naïve😀" on "été" (id);
      3 |
      4 | drop table a, b;
        | ^
      5 |
      Do: Split the file (\`lockstep lint --fix\`).

    b.sql

    info unknown-to-all  b.sql:1:1
      It has several lines.

    1 error, 1 warning, 1 info in 2 files; 1 suppressed
    "
  `);
});

test("colours change nothing but colours", () => {
  const coloured = reportText(result(), context({ paint: createPaint(true) }));
  expect(coloured).toContain("\u001b[31merror\u001b[39m");
  expect(stripVTControlCharacters(coloured)).toBe(reportText(result(), context()));
});

test("a rule's advice is given once", () => {
  const findings = [finding(), finding({ line: 4, endLine: 4 })];
  const text = reportText(result({ findings }), context());
  expect(text.match(/Do: Build it with `CONCURRENTLY`/g)).toHaveLength(1);
  expect(text).toContain("Do: as at migrations/2_données #1.sql:2:1.");
});

test.each([60, 120])("no line is wider than %i columns", (width) => {
  const long = `select '${"表の名前".repeat(60)}', wrong;`;
  const findings = [
    finding({ line: 1, column: 200, file: "a.sql", message: "Words of a sentence. ".repeat(20) }),
    finding({ line: 2, column: 90, file: "a.sql" }),
    finding({ line: 3, column: 3, file: "a.sql" }),
  ];
  const source = () => `${long}\n${"a b ".repeat(100)}\n\t\tselect\t1;`;
  const lines = reportText(result({ findings }), context({ width, source })).split("\n");
  expect(lines.filter((line) => displayWidth(line) > width)).toEqual([]);
  expect(lines.filter((line) => line !== line.trimEnd())).toEqual([]);
});

test("the caret stands under the place, behind a BOM and behind wide letters", () => {
  const findings = [finding({ file: "a.sql", line: 1, column: 12 })];
  const source = () => "\ufeffselect '表', wrong;";
  const lines = reportText(result({ findings }), context({ source })).split("\n");
  const marked = lines.findIndex((line) => line.includes("wrong"));
  expect(displayWidth(lines[marked]!.split(" wrong")[0]!)).toBe(lines[marked + 1]!.indexOf("^"));
});

test("passwords are not shown, and control characters do nothing", () => {
  const findings = [finding({ file: "a.sql", line: 1, message: "It\u001b[2Jis." })];
  const source = () => "alter role a password 'secret';";
  const text = reportText(result({ findings }), context({ source }));
  expect(text).toContain("alter role a password ********");
  expect(text).not.toContain("secret");
  expect(text).not.toContain("\u001b");
});

test("without findings it is one line", () => {
  expect(reportText(result({ findings: [], suppressed: 0 }), context())).toBe(
    "No findings in 12 files\n",
  );
});

test("what was not read, what is stale and which budget is exceeded is said", () => {
  const text = reportText(
    result({
      findings: [],
      baseline: 3,
      opaque: [{ file: "9.sql", line: 2, reason: "a syntax error at `frob`" }],
      stale: [{ rule: "drop-table", file: "1.sql", missing: 1 }],
      overBudget: [{ budget: "warnings", allowed: 2, found: 5 }],
    }),
    context({ width: 120 }),
  );
  expect(text).toMatchInlineSnapshot(`
    "- What cannot be read at 9.sql:2 was not checked: a syntax error at \`frob\`
    - The baseline has 1 finding of \`drop-table\` in 1.sql that is gone; write it anew with \`lockstep
    lint --write-baseline\`.
    - The budget of \`warnings\` is 2, and there are 5.
    No findings in 12 files; 1 suppressed, 3 in the baseline
    "
  `);
});
