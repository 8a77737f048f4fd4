/** Which lock makes a VALIDATE harmful, and whom it hurts. */
import { expect, it } from "vitest";
import { lintFiles } from "../engine.ts";

const HISTORY = `
create table customers (id bigint primary key);
create table orders (id bigint primary key, customer_id bigint, total numeric, old text);
alter table orders add constraint fk foreign key (customer_id) references customers not valid;
alter table orders add constraint positive check (total > 0) not valid;
`;

async function said(sql: string) {
  const { findings } = await lintFiles({
    files: [
      { path: "1.sql", text: HISTORY },
      { path: "2.sql", text: sql },
    ],
    report: ["2.sql"],
    version: 18,
  });
  return findings
    .filter(({ rule }) => rule.includes("validate-") && !rule.includes("never"))
    .map(({ rule, longWork, relation, severity }) => [rule, longWork, relation, severity]);
}

it("alone hurts nobody, and neither does what its transaction locks afterwards", async () => {
  expect(await said("alter table orders validate constraint positive;")).toEqual([]);
  expect(
    await said("alter table orders validate constraint fk;\nalter table orders drop column old;"),
  ).toEqual([]);
});

it("knows the lock of its own statement, of its own constraint, and of an earlier statement", async () => {
  expect(await said("alter table orders validate constraint positive, drop column old;")).toEqual([
    ["validate-combined-with-stronger-subcommand", "scan", "orders", "error"],
  ]);
  expect(
    await said(
      "alter table orders add constraint c check (id > 0) not valid;\nalter table orders validate constraint c;",
    ),
  ).toEqual([["not-valid-and-validate-same-txn", "scan", "orders", "error"]]);
  expect(
    await said(
      "alter table orders drop column old;\nalter table orders validate constraint positive;",
    ),
  ).toEqual([["validate-while-holding-lock", "scan", "orders", "error"]]);
});

it("counts a lock on the table that the foreign key refers to", async () => {
  expect(
    await said(
      "alter table customers add column a int;\nalter table orders validate constraint fk;",
    ),
  ).toEqual([["validate-while-holding-lock", "fk-validation", "customers", "error"]]);
});

it("tells of a lock on a table that has nothing to do with it", async () => {
  expect(
    await said(
      "alter table customers add column a int;\nalter table orders validate constraint positive;",
    ),
  ).toEqual([["validate-while-holding-lock", null, "orders", "error"]]);
});
