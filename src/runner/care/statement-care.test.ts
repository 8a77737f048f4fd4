import { expect, test } from "vitest";
import { loadLockFacts } from "../../locks/locks-of-statement.ts";
import { parseFile } from "../../sql/parse-file.ts";
import { loadParser } from "../../sql/parser.ts";
import { careOf } from "./statement-care.ts";

const parser = await loadParser();
const facts = await loadLockFacts(18);

async function look(sql: string): Promise<{ changes: string[]; work: string[] }> {
  const parsed = await parseFile({ path: "a.sql", bytes: Buffer.from(sql), parser });
  const cares = parsed.statements.map((statement) => careOf(statement, facts));
  return {
    changes: cares.flatMap(({ changes }) => changes.map(({ kind, name }) => `${kind} ${name}`)),
    work: cares.flatMap(({ work }) =>
      work.map(({ kind, name, certain }) => `${kind} ${name}${certain ? "" : "?"}`),
    ),
  };
}

test.each([
  ["create table t (id int)", ["create-table t"], []],
  ["alter table t add column a int", ["add-column t"], []],
  ["alter table t add column a int default 1", ["add-column t"], []],
  ["alter table t add column a bigserial", ["add-column t"], ["rewrite t"]],
  ["alter table t add column a text unique", ["add-column t"], ["index-build t"]],
  ["alter table t add column a int, drop column b", ["add-column t", "drop-column t"], []],
  ["alter table t alter column a type bigint", ["other t"], ["rewrite t?"]],
  ["alter table t rename to u", ["other t"], []],
  ["alter table t add constraint c check (a > 0) not valid", [], []],
  ["alter table t add primary key (id)", [], ["index-build t"]],
  ["alter table t set unlogged", [], ["rewrite t"]],
  ["drop table s.t, u", ["drop-table t", "drop-table u"], []],
  ["create index on t (a)", [], ["index-build t"]],
  ["create index concurrently on only t (a)", [], ["index-build t"]],
  ["vacuum full t", [], ["rewrite t"]],
  ["cluster t using i", [], ["rewrite t"]],
  ["reindex table concurrently t", [], ["index-build t"]],
  ["insert into t select 1", [], []],
  ["drop view v", [], []],
])("%s", async (sql, changes, work) => {
  expect(await look(`${sql};`)).toEqual({ changes, work });
});
