/** dbmate: one file with a section for each direction. */
import { expect, test } from "vitest";
import { formatSuite } from "./harness.ts";
import { copyOf, runTool } from "./other-tool.ts";
import { readFiles, refusal } from "./refusal.ts";

formatSuite({
  format: "dbmate",
  dir: "dbmate/migrations",
  half: 4,
  ids: [
    "20240101000000_customers",
    "20240102000000_orders",
    "20240104000000_order_count",
    "20240105000000_status",
    "20240106000000_paid",
    "20240106120000_orders_indexes",
    "20240107000000_two_sections",
    "20240108000000_seed",
    "9_last_by_name",
  ],
  async applyHalf(db, dir) {
    const copy = await copyOf(dir, (name) => name < "20240106");
    await runTool(
      "dbmate",
      [`--url=${db.url}?sslmode=disable`, `--migrations-dir=${copy}`, "--no-dump-schema", "up"],
      copy,
    );
  },
  results: {
    "select name from customer_names order by name": [
      { name: "Ann" },
      { name: 'Zoë; "the first"' },
    ],
    "select to_regclass('order_tags')::text as second": [{ second: "order_tags" }],
  },
});

test("dbmate: SQL above the first marker is refused, as dbmate does it", async () => {
  const failure = await refusal({
    "1_a.sql": "create type mood as enum ('ok');\n-- migrate:up\nselect 1;\n",
  });
  expect(failure.class).toBe("file.invalid");
  expect(failure.what).toContain("SQL above `-- migrate:up`");
});

test("dbmate: comments above the first marker are none", async () => {
  const text =
    "\xef\xbb\xbf-- A note; with SQL\r\n/* select 1;\r\n*/\r\n\r\n-- migrate:up\r\nselect 1;\r\n";
  const { migrations } = await readFiles({ "1_a.sql": text });
  expect(migrations.map(({ id }) => id)).toEqual(["1_a"]);
});
