/** goose: annotations, statements without a semicolon, values from the environment, Go beside SQL. */
import { describe, expect, test } from "vitest";
import { interpolate } from "../../src/formats/goose/interpolate.ts";
import { readFiles, refusal } from "./refusal.ts";
import { asReader, formatSuite, writeTheirs } from "./harness.ts";
import { goose } from "../../src/formats/goose.ts";
import { freshDatabase } from "../support/database.ts";

formatSuite({
  format: "goose",
  dir: "goose/migrations",
  half: 5,
  env: { SHOP_SCHEMA: "shop_eu", SHOP_REGION: "europe" },
  ids: [
    "00001_customers",
    "00002_touch",
    "3_customer_indexes",
    "00004_orders",
    "00009_tenant",
    "10_cancelled",
    "20240301000000_crlf",
    "20240302000000_import",
    "20240303000000_own_blocks",
    "20240304000000_down_only",
  ],
  results: {
    "select name, note, touched_at is not null as touched from customers order by name": [
      { name: "Ann", note: "ça; va", touched: true },
      { name: 'Zoë; "the first"', note: "a;b", touched: false },
    ],
    "select state::text, count(*)::int as n from orders group by state order by state": [
      { state: "cancelled", n: 1 },
      { state: "paid", n: 2 },
    ],
    "select region, fallback, short, dollar from shop_eu.settings order by region": [
      { region: "${SHOP_REGION}", fallback: "none", short: "eu", dollar: "US$" },
      { region: "europe", fallback: "none", short: "eu", dollar: "US$" },
    ],
    "select name, colour from tags order by name": [
      { name: "-- Zürich", colour: null },
      { name: "urgent", colour: 'red; or "orange"' },
    ],
    "select count(*)::int as n from shelves": [{ n: 2 }],
  },
});

describe("what goose would not run is named before anything runs", () => {
  const up = "-- +goose Up\nselect 1;\n";
  test.each([
    [{ "1_a.sql": up, "001_b.sql": up }, "file.duplicate", "both have version `1`"],
    [{ "1_a.sql": up, "2_b.sql": "select 1;\n" }, "file.invalid", "no `-- +goose Up`"],
    [{ "1_a.sql": up + up }, "file.invalid", "a second `-- +goose Up`"],
    [{ "1_a.sql": "-- +goose Down\nselect 1;\n" }, "file.invalid", "before `-- +goose Up`"],
    [{ "1_a.sql": `select 0;\n${up}` }, "file.invalid", "SQL above `-- +goose Up`"],
    [{ "1_a.sql": `${up}-- +goose StatementBegin\n` }, "file.invalid", "without its `Stat"],
    [{ "1_a.sql": `${up}-- +goose StatementEnd\n` }, "file.invalid", "without a `Stat"],
    [{ "1_a.sql": `${up}-- +goose NoTransaction\n` }, "file.invalid", "none of goose's"],
    [{ "1_a.sql": `${up}  -- +goose Down\n` }, "file.invalid", "behind white space"],
    [{ "1_a.sql": `${up}-- caf\u00e9` }, "file.encoding", "is not UTF-8"],
    [
      { "1_a.sql": up, "2_b.go": "func init() {\n\tgoose.AddMigrationContext(up, down)\n}\n" },
      "file.format",
      "a migration written in Go",
    ],
  ])("%#: %j", async (files, kind, what) => {
    const failure = await refusal(files);
    expect([failure.class, failure.what]).toEqual([kind, expect.stringContaining(what)]);
  });
});

test("a file without a number is left out, as goose does, and said so", async () => {
  const up = "-- +goose Up\nselect 1;\n";
  const { migrations, notes } = await readFiles({ "1_a.sql": up, "b.sql": up, "0_c.sql": up });
  expect(migrations.map(({ id }) => id)).toEqual(["1_a"]);
  expect(notes).toEqual([
    expect.stringContaining("0_c.sql` is left out"),
    expect.stringContaining("b.sql` is left out"),
  ]);
});

test("the latest row of a version says what holds", async () => {
  await using db = await freshDatabase();
  await writeTheirs(db, goose, []);
  await db.admin.query(
    "insert into goose_db_version (version_id, is_applied) values (1, true), (2, true), (2, false), (3, true), (1, false), (1, true)",
  );
  const history = goose.history!;
  const [table] = await history.find(asReader(db));
  const rows = await history.read(asReader(db), table!);
  expect(rows.map(({ key, state }) => [key, state])).toEqual([
    ["2", "rolled-back"],
    ["3", "applied"],
    ["1", "applied"],
  ]);
});

describe("values from the environment", () => {
  const env = { NAME: "value", EMPTY: "", LONG: "abcdef" };
  test.each([
    ["$NAME ${NAME}", "value value"],
    ["[$UNSET][${UNSET}]", "[][]"],
    ["${EMPTY:-x} ${EMPTY-x} ${UNSET:-x} ${UNSET-x}", "x  x x"],
    ["${UNSET:-${NAME:-y}} ${UNSET:-}", "value "],
    ["${NAME:-${UNSET?never asked}}", "value"],
    [
      "${LONG:2} ${LONG:1:2} ${LONG:-2} ${LONG: -2} ${LONG:0:-4} ${LONG:9}",
      "cdef bc abcdef ef ab ",
    ],
    [String.raw`\$NAME $$NAME \\ $(NAME) 5$`, String.raw`$NAME $NAME \\ $(NAME) 5$`],
    ["${EMPTY?needed}", ""],
  ])("%s", (line, expected) => {
    expect(interpolate(line, env)).toBe(expected);
  });

  test.each([
    ["costs $5", "not followed by a name"],
    ["${UNSET?the schema}", "`UNSET` is not set: the schema"],
    ["${UNSET?}", "`UNSET` is not set"],
    ["${NAME", "not closed"],
    ["${NAME!x}", "not closed"],
    ["${NAME:x}", "not a number"],
  ])("%s is refused", (line, expected) => {
    expect(() => interpolate(line, env)).toThrow(expected);
  });
});
