/** Rules that judge a release as a whole, and where their findings stand. */
import { expect, it } from "vitest";
import { lintFiles } from "../../engine.ts";

const HISTORY = "create table customers (id bigint primary key);";
const TABLE =
  "create table orders (\n  id bigint primary key,\n  customer_id bigint references customers\n);";

async function said(rule: string, files: readonly string[]) {
  const named = files.map((text, at) => ({ path: `${at + 1}.sql`, text }));
  const { findings } = await lintFiles({
    files: [{ path: "0.sql", text: HISTORY }, ...named],
    report: named.map(({ path }) => path),
    version: 18,
  });
  return findings
    .filter((finding) => finding.rule === rule)
    .map(({ file, line, statement }) => [file, line, statement]);
}

it("takes the index of a later file for the foreign key's own", async () => {
  const index = "create index concurrently i on orders (customer_id);";
  expect(await said("fk-missing-index", [TABLE, index])).toEqual([]);
});

it("points at the clause of the file that has it", async () => {
  const other = "create index concurrently i on orders (id, customer_id);";
  expect(await said("fk-missing-index", [TABLE, other])).toEqual([["1.sql", 3, 1]]);
});

it("leaves alone what a later file drops again", async () => {
  const files = [TABLE, "alter table orders drop constraint orders_customer_id_fkey;"];
  expect(await said("fk-missing-index", files)).toEqual([]);
});

it("takes the VALIDATE of a later file for the end of NOT VALID", async () => {
  const add = "alter table customers add constraint c check (id > 0) not valid;";
  const validate = "alter table customers validate constraint c;";
  expect(await said("not-valid-never-validated", [add, "select 1;"])).toEqual([["1.sql", 1, 1]]);
  expect(await said("not-valid-never-validated", [add, validate])).toEqual([]);
});

it("does not report again what IF NOT EXISTS left out", async () => {
  const again = TABLE.replace("table", "table if not exists");
  expect(await said("fk-missing-index", [TABLE, again])).toEqual([["1.sql", 3, 1]]);
});
