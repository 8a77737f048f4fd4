import { expect, test } from "vitest";
import { splitCreateIndex } from "./index-statement.ts";

const cases: [string, string, string][] = [
  ["create index concurrently on t(a)", "create index", "(a)"],
  [
    'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS "on (x" ON ONLY s."using" USING btree (a) WHERE b > 1',
    "CREATE UNIQUE INDEX",
    "USING btree (a) WHERE b > 1",
  ],
  [
    "create index /* on (c) */ concurrently é on t -- (x)\n (lower('é'))",
    "create index",
    "(lower('é'))",
  ],
];

test.each(cases)("%s is taken apart", (text, head, tail) => {
  expect(splitCreateIndex(text)).toEqual({ head, tail });
});
