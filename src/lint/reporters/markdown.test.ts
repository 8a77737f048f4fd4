import fc from "fast-check";
import { expect, test } from "vitest";
import { COMMENT_MARKER, LONGEST_COMMENT, reportMarkdown } from "./markdown.ts";
import { reportGithubSummary } from "./github-summary.ts";
import { cell, code } from "./markdown-text.ts";
import { context, finding, result } from "./report.fixture.ts";

test("a comment: marker, summary, a table for each severity, the advice folded", () => {
  expect(reportMarkdown(result(), context())).toMatchInlineSnapshot(`
    "<!-- lockstep-lint -->
    ## Lockstep lint

    1 error, 1 warning, 1 info in 2 files; 1 suppressed.

    ### Errors (1)

    | place | rule | what happens |
    | --- | --- | --- |
    | \`migrations/2_données #1.sql:2:1\` | \`index-not-concurrent\` | Writes to \`été\` wait until the index is built. Long work: an index is built under the lock on \`été\`. |

    ### Warnings (1)

    | place | rule | what happens |
    | --- | --- | --- |
    | \`migrations/2_données #1.sql:4:1\` | \`drop-table\` | The rows of \`a\\|b\` &amp; &lt;b&gt; are gone: 100%. Ask @<!-- -->team. |

    ### Infos (1)

    | place | rule | what happens |
    | --- | --- | --- |
    | \`b.sql:1:1\` | \`unknown-to-all\` | It has several lines. |

    <details><summary>index-not-concurrent: what to do</summary>

    \`CREATE INDEX\` takes SHARE on the table, so that writes wait until the index is built.

    Build it with \`CONCURRENTLY\`, in a file of its own.

    </details>

    <details><summary>drop-table: what to do</summary>

    The rows are gone.

    Rename the table first, and drop it a release later.

    </details>
    "
  `);
});

test("the summary of a job has no marker", () => {
  expect(reportGithubSummary(result(), context())).toMatch(/^## Lockstep lint\n/);
});

test.each([
  ["a | b", "a \\| b"],
  ["`a|b` and c|d", "`a\\|b` and c\\|d"],
  ["<script> & `<b>`", "&lt;script&gt; &amp; `<b>`"],
  ["*a* _b_ [c](d) #1 !x", "\\*a\\* \\_b\\_ \\[c\\](d) \\#1 \\!x"],
  ["one\n  two", "one two"],
  ["@team and `@team`", "@<!-- -->team and `@team`"],
  ["a ` b", "a \\` b"],
])("%j in a cell is %j", (text, wanted) => {
  expect(cell(text)).toBe(wanted);
});

test("a code span with backticks in it", () => {
  expect(code("a`b")).toBe("``a`b``");
  expect(code("`a")).toBe("`` `a ``");
});

test("no text ends its cell or its row", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."|`\\\n<a@ ") }), (text) => {
      expect(cell(text)).not.toContain("\n");
      expect(cell(text).replace(/\\[\s\S]/g, "")).not.toContain("|");
      expect(code(text).replace(/\\[\s\S]/g, "")).not.toContain("|");
    }),
  );
});

test("a bar behind a backslash is text, because in code it would end the cell", () => {
  expect(cell("`a\\|b`")).toBe("\\`a\\\\\\|b\\`");
  expect(code("a\\|b")).toBe("a\\\\\\|b");
});

test("it stays within what GitHub takes, and says what is left out", () => {
  const findings = Array.from({ length: 2000 }, (_, line) =>
    finding({ line, severity: line % 2 === 0 ? "error" : "warning" }),
  );
  const text = reportMarkdown(result({ findings }), context());
  expect(text.length).toBeLessThanOrEqual(LONGEST_COMMENT);
  expect(text.length).toBeGreaterThan(LONGEST_COMMENT - 1000);
  expect(text.startsWith(COMMENT_MARKER)).toBe(true);
  const rows = text.match(/^\| `/gm)!.length;
  expect(text).toContain(`${2000 - rows} findings more do not fit here`);
});
