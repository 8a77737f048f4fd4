import { expect, test } from "vitest";
import { statementKind } from "./statement-kind.ts";

const CASES: readonly (readonly [statement: string, kind: string])[] = [
  ["create index concurrently a_idx on a (id)", "CREATE INDEX CONCURRENTLY"],
  ["CREATE UNIQUE INDEX  CONCURRENTLY IF NOT EXISTS a_idx ON a (id)", "CREATE INDEX CONCURRENTLY"],
  ["create index a_idx on concurrently (id)", "CREATE INDEX"],
  ["drop index concurrently a_idx", "DROP INDEX CONCURRENTLY"],
  ["reindex (verbose) table a", "REINDEX"],
  ["reindex index concurrently a_idx", "REINDEX CONCURRENTLY"],
  ["refresh materialized view concurrently mv", "REFRESH MATERIALIZED VIEW CONCURRENTLY"],
  ["alter table a add column b int", "ALTER TABLE"],
  ["alter type mood add value 'fine'", "ALTER TYPE"],
  ["create or replace function f() returns int", "CREATE FUNCTION"],
  ["-- why\n/* and */ update a set b = 1", "UPDATE"],
  ["vacuum analyze", "VACUUM"],
  ["frobnicate the_customer", "OTHER"],
  ["updates", "OTHER"],
];

test.each(CASES)("%s", (statement, kind) => {
  expect(statementKind(statement)).toBe(kind);
});
