/** Plain numbered files: whatever somebody runs with psql in a loop. */
import { describe, expect, test } from "vitest";
import { formatSuite } from "./harness.ts";
import { readFiles, refusal } from "./refusal.ts";

formatSuite({
  format: "numbered",
  dir: "numbered/migrations",
  half: 4,
  ids: [
    "1",
    "002-orders",
    "2.1-order-notes",
    "2.9-order-index",
    "2.10 totals",
    "3-a-state",
    "3-b-state",
    "V010",
    "0011-labels",
    "12.crlf",
    "14-folder",
  ],
  results: {
    "select name, state::text, note from customers left join orders on customer_id = customers.id order by name":
      [
        { name: "Ann", state: null, note: null },
        { name: 'Zoë; "the first"', state: "paid", note: "none" },
      ],
    "select order_count()::int as n": [{ n: 1 }],
    "select name, colour from labels order by name": [
      { name: "-- Zürich", colour: null },
      { name: "urgent", colour: 'red; or "orange"' },
    ],
    "select id from rooms": [{ id: 7 }],
  },
});

describe("it takes no folder of another format", () => {
  test.each([
    [{ "1_a.sql": "", "2_b.sql": "" }, "native"],
    [{ "R__a.sql": "" }, "native"],
    [{ "1_a.up.sql": "", "1_a.down.sql": "" }, "golang-migrate"],
    [{ "1-a/up.sql": "select 1;", "1-a/down.sql": "select 1;" }, "diesel"],
    [{ "1-a.sql": "-- +migrate Up\nselect 1;" }, "sql-migrate"],
    [{ "1-a.sql": "", "2-b.sql": "" }, "numbered"],
    [{ "1.0.0.sql": "" }, "numbered"],
    [{ "01-a/x.sql": "" }, "numbered"],
  ])("%j", async (files, format) => {
    expect((await readFiles(files)).format).toBe(format);
  });

  test("one name of ours, and the others are mistakes", async () => {
    const failure = await refusal({ "1_a.sql": "", "2-b.sql": "" });
    expect(failure.what).toContain("An underscore, not a hyphen");
    const named = await readFiles({ "1_a.sql": "", "2-b.sql": "" }, "numbered");
    expect(named.migrations.map(({ id }) => id)).toEqual(["1_a", "2-b"]);
  });
});

describe("what has no place in the order is named before anything runs", () => {
  test.each([
    [{ "1.sql": "", "triggers.sql": "" }, "file.invalid", "`migrations/triggers.sql` has no num"],
    [{ "1.sql": "", "v1.SQL": "" }, "file.duplicate", "are both the migration `"],
    [{ "1.sql": "", "1.up.sql": "" }, "file.duplicate", "are both the migration `1`"],
    [{ "1.sql": "", "2.down.sql": "" }, "file.invalid", "has no file for the way up"],
    [{ "1.sql": "", "2-b/a.sql": "", "2-b/b.sql": "" }, "file.invalid", "several SQL files"],
    [{ "1.sql": "-- caf\u00e9" }, "file.encoding", "is not UTF-8"],
  ])("%#: %j", async (files, kind, what) => {
    const failure = await refusal(files);
    expect([failure.class, failure.what]).toEqual([kind, expect.stringContaining(what)]);
  });
});
