import { describe, expect, it } from "vitest";
import type { Node } from "@pgsql/types";
import { loadModule, parseSync } from "libpg-query";
import { CATALOGUE } from "./catalogue.ts";
import { shapesOf } from "./shape.ts";

await loadModule();

function parse(sql: string): { node: Node } {
  const node = parseSync(sql).stmts?.[0]?.stmt;
  if (node === undefined) throw new Error(`no statement in: ${sql}`);
  return { node };
}

/** `shape role=schema.name`, one line per relation. */
function summary(sql: string): string[] {
  return shapesOf(parse(sql)).flatMap(({ shape, relations }) =>
    relations.length === 0
      ? [shape]
      : relations.map(({ role, schema, name }) => {
          const dotted = schema === undefined ? name : `${schema}.${name}`;
          return `${shape} ${role}=${dotted}`;
        }),
  );
}

describe("every statement of the catalogue", () => {
  it.each(CATALOGUE.map((entry) => [entry.id, entry.statement, entry] as const))(
    "%s is recognised in: %s",
    (id, statement, entry) => {
      const shapes = shapesOf(parse(statement));
      expect(shapes.map(({ shape }) => shape)).toContain(id);
      expect(shapes.map(({ shape }) => shape)).not.toContain("unknown");
      // Each relation that the text names has the role under which it was measured.
      for (const { role, name } of shapes.find(({ shape }) => shape === id)?.relations ?? []) {
        expect(entry.targets[role], `${role} of ${statement}`).toBe(name);
      }
    },
  );
});

describe("shapesOf", () => {
  const cases: [sql: string, expected: string[]][] = [
    [
      "alter table s.a add column b int references s.c default 1, drop column d",
      [
        "alter-table/add-column-default target=s.a",
        "alter-table/add-foreign-key target=s.a",
        "alter-table/add-foreign-key referenced=s.c",
        "alter-table/drop-column target=s.a",
      ],
    ],
    [
      "alter table a set (fillfactor = 7, autovacuum_enabled = off)",
      [
        "alter-table/set-parameter/fillfactor target=a",
        "alter-table/set-parameter/autovacuum_enabled target=a",
      ],
    ],
    [
      "alter table a detach partition b concurrently",
      [
        "alter-table/detach-partition-concurrently parent=a",
        "alter-table/detach-partition-concurrently partition=b",
      ],
    ],
    ["alter table a of t", ["unknown target=a"]],
    ["alter foreign table a add column b int", ["unknown target=a"]],
    [
      "alter table a add column b int generated always as (1) virtual",
      ["alter-table/add-column target=a"],
    ],
    ["alter table a add check (b > 0) not enforced", ["alter-table/add-check target=a"]],
    ["alter table a add not null b not valid", ["alter-table/add-not-null-not-valid target=a"]],
    ["alter domain d add check (value > 0)", ["alter-domain/add-constraint"]],
    ["alter domain d drop default", ["alter-domain/drop-default"]],
    ["alter type t add value 'x'", ["alter-type/add-value"]],
    ["create index on only a (b)", ["create-index-only target=a"]],
    ["reindex schema s", ["reindex-schema"]],
    ["create table a (id int)", []],
    [
      "create table a (b int references s.b, like c, parent int references a)",
      ["create-table/foreign-key referenced=s.b", "create-table/like source=c"],
    ],
    [
      "create schema s create table a (b int references c)",
      ["create-table/foreign-key referenced=c"],
    ],
    ["drop table a, s.b cascade", ["drop-table-cascade target=a", "drop-table-cascade target=s.b"]],
    ["drop trigger t on s.a", ["drop-trigger table-of-trigger=s.a"]],
    ["drop index concurrently s.i", ["drop-index-concurrently index=s.i"]],
    ["comment on column s.t.c is null", ["comment/column target=s.t"]],
    ["comment on function f() is null", []],
    ["alter type t rename to u", []],
    ["lock table a", ["lock-table/access-exclusive target=a"]],
    ["vacuum (full off) a", ["vacuum target=a"]],
    ["vacuum (full) a", ["vacuum-full target=a"]],
    ["reindex (concurrently) table a", ["reindex-table-concurrently target=a"]],
    ["insert into a select * from s.b", ["insert target=a", "select source=s.b"]],
    [
      "with a as (select 1 from b), d as (delete from c returning 1) select * from a, d",
      ["delete target=c", "select source=b"],
    ],
    ["update a set x = 1 from b where a.id = b.id", ["update target=a", "select source=b"]],
    ["select * into a from b", ["select source=b"]],
    [
      "alter sequence s owned by x.t.c",
      ["alter-sequence/owned-by target=s", "alter-sequence/owned-by table-of-sequence=x.t"],
    ],
    ["alter sequence s owned by none", ["alter-sequence target=s"]],
    ["create type t as (a int)", []],
    ["security label on table s.t is 'x'", ["unknown target=s.t"]],
    ["set lock_timeout = 5", ["unknown"]],
  ];
  it.each(cases)("reads %s", (sql, expected) => {
    expect(summary(sql)).toEqual(expected);
  });
});
