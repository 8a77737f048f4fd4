/** Diesel: a folder for each migration, whose name without dashes is its version. */
import { describe, expect, test } from "vitest";
import { formatSuite } from "./harness.ts";
import { readFiles, refusal } from "./refusal.ts";

formatSuite({
  format: "diesel",
  dir: "diesel/migrations",
  half: 4,
  ids: [
    "00000000000000_diesel_initial_setup",
    "2020-01-01-123456_users",
    "20200102000000_rename",
    "2020-01-03-000000-0000_users_indexes",
    "2020-01-04-000000_roles",
    "2020-01-05-000000_owner",
    "2020-01-06-000000_import",
    "2020-01-07-000000_crlf",
    "2020-01-08-000000_own_blocks",
    "9_last_by_text",
  ],
  results: {
    "select name, role::text, changed_at > '2024-01-01' as changed from users": [
      { name: 'Zoë; "the first"!', role: "owner", changed: true },
    ],
    "select name, colour from labels order by name": [
      { name: "-- Zürich", colour: null },
      { name: "urgent", colour: 'red; or "orange"' },
    ],
    "select id from rooms": [{ id: 7 }],
  },
});

test("the version is the name without dashes, and the transaction as in metadata.toml", async () => {
  const { migrations } = await readFiles({
    "2020-01-02-030405_a/up.sql": "select 1;",
    "2020-01-03-030405_b/up.sql": "select 1;",
    "2020-01-03-030405_b/metadata.toml": "run_in_transaction = true\n",
    "2020-01-04-030405_c/up.sql": "select 1;",
    "2020-01-04-030405_c/metadata.toml": "run_in_transaction = false\n",
    "2020-01-05-030405_d/up.sql": "select 1;",
    "2020-01-05-030405_d/metadata.toml": "[run]\nrun_in_transaction = true\n",
    "diesel.toml": "",
    "README.md": "",
  });
  expect(
    migrations.map(({ version, name, up }) => [version, name, up.reading?.transaction]),
  ).toEqual([
    ["20200102030405", "a", undefined],
    ["20200103030405", "b", undefined],
    ["20200104030405", "c", "statement"],
    // Without the setting its default holds, which is no transaction.
    ["20200105030405", "d", "statement"],
  ]);
});

describe("what Diesel would not run is named before anything runs", () => {
  const a = { "2020-01-02-030405_a/up.sql": "select 1;" };
  test.each([
    [{ ...a, "20200102030405_b/up.sql": "select 1;" }, "file.duplicate", "both have version"],
    [{ ...a, "2020-01-03-030405_b/down.sql": "select 1;" }, "file.invalid", "has no `up.sql`"],
    [{ ...a, "_b/up.sql": "select 1;" }, "file.invalid", "has no version"],
    [{ ...a, "2020-01-03-030405_b/up.sql": "" }, "file.invalid", "is empty"],
    [{ ...a, "2020-01-03-030405_b/up.sql": "-- caf\u00e9" }, "file.encoding", "is not UTF-8"],
    [{ ...a, "2020-01-03-030405_b/up.sql/x": "" }, "file.invalid", "has no `up.sql`"],
    [
      { ...a, "2020-01-02-030405_a/metadata.toml": "run_in_transaction = 'no'\n" },
      "file.invalid",
      "`run_in_transaction`",
    ],
  ])("%#: %j", async (files, kind, what) => {
    const failure = await refusal(files);
    expect([failure.class, failure.what]).toEqual([kind, expect.stringContaining(what)]);
  });
});
