import { expect, test } from "vitest";
import {
  NON_TRANSACTIONAL_EXAMPLES,
  TRANSACTIONAL_EXAMPLES,
} from "./non-transactional.examples.ts";
import { isConcurrentReindex, nonTransactionalKind } from "./non-transactional.ts";
import { loadParser } from "./parser.ts";

async function nodeOf(sql: string) {
  const [first] = (await loadParser()).parse(sql).stmts;
  return first!.stmt!;
}

test.each(NON_TRANSACTIONAL_EXAMPLES)("$sql is $kind", async ({ sql, kind }) => {
  expect(nonTransactionalKind(await nodeOf(sql))).toBe(kind);
});

test.each(TRANSACTIONAL_EXAMPLES)("%s may run in a transaction", async (sql) => {
  expect(nonTransactionalKind(await nodeOf(sql))).toBeUndefined();
});

test("every kind has an example", () => {
  const kinds = new Set(NON_TRANSACTIONAL_EXAMPLES.map(({ kind }) => kind));
  expect(kinds.size).toBe(19);
});

test("a concurrent REINDEX of a schema is told apart from one that locks", async () => {
  expect(isConcurrentReindex(await nodeOf("reindex schema concurrently s"))).toBe(true);
  expect(isConcurrentReindex(await nodeOf("reindex schema s"))).toBe(false);
  expect(isConcurrentReindex(await nodeOf("reindex (concurrently off) table t"))).toBe(false);
});
