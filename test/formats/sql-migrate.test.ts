/** sql-migrate: goose's elder cousin, where every SQL file is a migration and its name the key. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { sqlMigrate } from "../../src/formats/sql-migrate.ts";
import { freshDatabase } from "../support/database.ts";
import { asReader, formatSuite } from "./harness.ts";
import { readFiles, refusal } from "./refusal.ts";

formatSuite({
  format: "sql-migrate",
  dir: "sql-migrate/migrations",
  half: 5,
  ids: [
    "1_accounts",
    "2-touch",
    "3_account_indexes",
    "3_accounts_touched_once",
    "9_plans",
    "10_team_plan",
    "11_crlf",
    "12_import",
    "13_own_blocks",
    "views",
  ],
  results: {
    "select email, touched from account_names join accounts using (id, email) order by email": [
      { email: "ann@example.com", touched: 0 },
      { email: "zoë@example.com", touched: 1 },
    ],
    "select plan::text from plans": [{ plan: "team" }],
    "select code, name from countries order by code": [
      { code: "at", name: 'Österreich; with a "semicolon"' },
      { code: "ch", name: null },
    ],
  },
});

describe("what sql-migrate would not run is named before anything runs", () => {
  const up = "-- +migrate Up\nselect 1;\n";
  test.each([
    [{ "1_a.sql": up, "2_b.sql": "select 1;\n" }, "file.invalid", "neither `-- +migrate Up` nor"],
    [{ "1_a.sql": up, "schema.sql": "select 1;\n" }, "file.invalid", "`migrations/schema.sql`"],
    [{ "1_a.sql": `${up}-- +migrate StatementBegin\n` }, "file.invalid", "without its `Stat"],
    [
      { "1_a.sql": `${up}-- +migrate StatementBegin\n-- +migrate Down\n` },
      "file.invalid",
      "without its `Stat",
    ],
    [{ "1_a.sql": `${up}-- caf\u00e9` }, "file.encoding", "is not UTF-8"],
    [{ "1_a.sql": up, "2_b.sql": "-- +goose Up\n" }, "file.format", "signs of goose and of sql-m"],
  ])("%#: %j", async (files, kind, what) => {
    const failure = await refusal(files);
    expect([failure.class, failure.what]).toEqual([kind, expect.stringContaining(what)]);
  });
});

test("a table with checksums is read and written with them", async () => {
  await using db = await freshDatabase();
  await db.admin.query(
    "create table gorp_migrations (id text not null primary key, checksum text, applied_at timestamptz)",
  );
  const text = "-- +migrate Up\nselect 1;\n";
  const { migrations } = await readFiles({ "1_a.sql": text });
  const history = sqlMigrate.history!;
  const [table] = await history.find(asReader(db));
  const facts = { appliedAt: "2026-01-02T03:04:05Z", durationMs: 1, by: "somebody" };
  for (const { text: sql, values = [] } of history.record(table!, migrations[0]!, facts)) {
    await db.admin.query(sql, values);
  }
  const checksum = createHash("sha256").update(text).digest("hex");
  expect(await history.read(asReader(db), table!)).toEqual([
    expect.objectContaining({
      key: "1_a.sql",
      checksum,
      appliedAt: "2026-01-02T03:04:05.000000Z",
    }),
  ]);
  expect(migrations[0]!.theirs!.checksums!()).toEqual([checksum]);
});
