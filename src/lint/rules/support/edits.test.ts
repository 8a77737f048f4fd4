/** The edits of rules, applied to the text that they are about. */
import { expect, it } from "vitest";
import { lintFiles } from "../../engine.ts";

const HISTORY = `
create table orders (id bigint primary key, state text);
create index orders_state_idx on orders (state);
`;

async function fixed(rule: string, sql: string): Promise<string | undefined> {
  const { findings } = await lintFiles({
    files: [
      { path: "1.sql", text: HISTORY },
      { path: "2.sql", text: sql },
    ],
    report: ["2.sql"],
    version: 18,
    runner: "other",
  });
  const edit = findings.find((finding) => finding.rule === rule)?.fix?.edits[0];
  if (edit === undefined) return undefined;
  const bytes = Buffer.from(sql);
  const parts = [bytes.subarray(0, edit.start), edit.text, bytes.subarray(edit.end)];
  return parts.map(String).join("");
}

it.each([
  [
    "index-not-concurrent",
    "create index a on orders (id);",
    "create index concurrently a on orders (id);",
  ],
  [
    "index-not-concurrent",
    "-- ü\nCREATE UNIQUE /* index */ INDEX a ON orders (id)",
    "-- ü\nCREATE UNIQUE /* index */ INDEX CONCURRENTLY a ON orders (id)",
  ],
  [
    "index-drop-not-concurrent",
    "DROP INDEX IF EXISTS orders_state_idx;",
    "DROP INDEX CONCURRENTLY IF EXISTS orders_state_idx;",
  ],
  [
    "reindex-not-concurrent",
    "reindex (verbose) table orders;",
    "reindex (verbose) table concurrently orders;",
  ],
  [
    "concurrent-index-invalid-leftover",
    "create index concurrently if not exists a on orders (id);",
    "create index concurrently a on orders (id);",
  ],
])("%s: %s", async (rule, sql, expected) => {
  expect(await fixed(rule, sql)).toBe(expected);
});

it("offers none where CONCURRENTLY is not possible", async () => {
  expect(await fixed("index-drop-not-concurrent", "drop index orders_state_idx cascade;")).toBe(
    undefined,
  );
});
