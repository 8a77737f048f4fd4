import { describe, expect, it } from "vitest";
import type { Node } from "@pgsql/types";
import { loadModule, parseSync } from "libpg-query";
import { renderLockDocs } from "./docs.ts";
import {
  createdRelations,
  impliedLocksOf,
  loadLockFacts,
  locksOf,
  opaqueEffect,
} from "./locks-of-statement.ts";

await loadModule();
const facts = await loadLockFacts(18);

function parse(sql: string): { node: Node } {
  const node = parseSync(sql).stmts?.[0]?.stmt;
  if (node === undefined) throw new Error(`no statement in: ${sql}`);
  return { node };
}

function locks(sql: string, measured = facts): string[] {
  return locksOf(parse(sql), measured).map(({ name, mode, known }) =>
    known ? `${name} ${mode}` : `${name} ${mode} (assumed)`,
  );
}

describe("what the documentation says about locks is what was measured", () => {
  const documented: [sql: string, expected: string[]][] = [
    ["alter table a add column b int", ["a ACCESS EXCLUSIVE"]],
    ["alter table a validate constraint c", ["a SHARE UPDATE EXCLUSIVE"]],
    [
      "alter table a add foreign key (b) references c",
      ["a SHARE ROW EXCLUSIVE", "c SHARE ROW EXCLUSIVE"],
    ],
    ["alter table a set (fillfactor = 50)", ["a SHARE UPDATE EXCLUSIVE"]],
    [
      "alter table a attach partition b default",
      ["a SHARE UPDATE EXCLUSIVE", "b ACCESS EXCLUSIVE"],
    ],
    ["create index on a (b)", ["a SHARE"]],
    ["create index concurrently i on a (b)", ["a SHARE UPDATE EXCLUSIVE"]],
    ["create trigger t after insert on a execute function f()", ["a SHARE ROW EXCLUSIVE"]],
    ["refresh materialized view concurrently a", ["a EXCLUSIVE"]],
    ["drop index i", ["i ACCESS EXCLUSIVE"]],
    ["truncate a", ["a ACCESS EXCLUSIVE"]],
    ["insert into a values (1)", ["a ROW EXCLUSIVE"]],
    ["select * from a for update", ["a ROW SHARE"]],
    ["vacuum a", ["a SHARE UPDATE EXCLUSIVE"]],
    ["vacuum full a", ["a ACCESS EXCLUSIVE"]],
    ["alter index i rename to j", ["i SHARE UPDATE EXCLUSIVE"]],
  ];
  it.each(documented)("%s", async (sql, expected) => {
    for (const major of [14, 15, 16, 17, 18]) {
      expect(locks(sql, await loadLockFacts(major)), `PostgreSQL ${major}`).toEqual(expected);
    }
  });
});

describe("locksOf", () => {
  it("keeps the strongest of several sub-commands", () => {
    expect(locks("alter table a alter b set statistics 5, alter b set not null")).toEqual([
      "a ACCESS EXCLUSIVE",
    ]);
  });

  it("keeps relations of the same name in different schemas apart", () => {
    expect(locks("insert into x.a select * from y.a")).toEqual([
      "a ROW EXCLUSIVE",
      "a ACCESS SHARE",
    ]);
  });

  it("assumes the worst of what was not measured", () => {
    expect(locks("alter table a of t")).toEqual(["a ACCESS EXCLUSIVE (assumed)"]);
    expect(locks("alter table a alter b set statistics 5, of t")).toEqual([
      "a ACCESS EXCLUSIVE (assumed)",
    ]);
  });

  it("assumes the worst of a statement that the version does not have", async () => {
    const old = await loadLockFacts(14);
    expect(locks("merge into a using b on true when matched then delete", old)).toEqual([
      "a ACCESS EXCLUSIVE (assumed)",
      "b ACCESS SHARE",
    ]);
  });

  it("is empty for statements that only create", () => {
    expect(locks("create table a (id serial primary key)")).toEqual([]);
    expect(locks("create type t as enum ('a')")).toEqual([]);
    expect(locks("create function f() returns int language sql as 'select 1'")).toEqual([]);
  });

  it("is empty for statements whose effect is opaque", () => {
    for (const sql of ["do 'begin end'", "call p()", "select f(x) from a"]) {
      expect(locks(sql)).toEqual([]);
      expect(opaqueEffect(parse(sql)), sql).toBe(true);
    }
  });

  it("still reports what an opaque query writes", () => {
    expect(locks("with w as (insert into a select f(1) returning 1) select * from w")).toEqual([
      "a ROW EXCLUSIVE",
    ]);
  });
});

describe("opaqueEffect", () => {
  const cases: [sql: string, opaque: boolean][] = [
    ["select count(*) from a", false],
    ["select pg_catalog.setval('s', 1)", false],
    ["select app.count(1)", true],
    ["insert into a select f()", true],
    ["drop schema s cascade", true],
    ["drop schema s", false],
    ["drop table a cascade", false],
    ["vacuum", true],
    ["vacuum a", false],
    ["reindex schema s", true],
    ["create extension e", true],
    ["alter table a add column b int default f()", false],
  ];
  it.each(cases)("%s: %s", (sql, opaque) => {
    expect(opaqueEffect(parse(sql))).toBe(opaque);
  });
});

describe("impliedLocksOf", () => {
  it("names the roles that only the catalog can resolve", () => {
    const implied = impliedLocksOf(parse("drop index concurrently s.i"), facts);
    expect(implied).toEqual([
      {
        role: "table-of-index",
        mode: "SHARE UPDATE EXCLUSIVE",
        of: [{ role: "index", schema: "s", name: "i" }],
      },
    ]);
    expect(impliedLocksOf(parse("drop table a"), facts).map(({ role }) => role)).toContain(
      "referenced",
    );
  });
});

describe("createdRelations", () => {
  const cases: [sql: string, created: object[]][] = [
    ["create table s.a (id int)", [{ schema: "s", name: "a" }]],
    ["create table if not exists a (id int)", []],
    ["create table a as select 1", [{ name: "a" }]],
    ["create materialized view a as select 1", [{ name: "a" }]],
    ["create view a as select 1", [{ name: "a" }]],
    ["create or replace view a as select 1", []],
    ["create index i on s.a (b)", [{ schema: "s", name: "i" }]],
    ["create index on a (b)", []],
    ["create sequence q", [{ name: "q" }]],
    ["create schema s create table a (id int)", [{ schema: "s", name: "a" }]],
    ["alter table s.a rename to b", [{ schema: "s", name: "b" }]],
    ["alter index i rename to j", []],
    ["drop table a", []],
  ];
  it.each(cases)("%s", (sql, created) => {
    expect(createdRelations(parse(sql))).toEqual(created);
  });
});

describe("loadLockFacts", () => {
  it("takes the nearest measured version for one that was not measured", async () => {
    expect(await loadLockFacts(19)).toBe(await loadLockFacts(18));
    expect(await loadLockFacts(13)).toBe(await loadLockFacts(14));
  });
});

describe("renderLockDocs", () => {
  const lines = renderLockDocs().split("\n");

  it("gives versions that differ a row each and lets the others share one", () => {
    expect(lines).toContain(
      "| `create table added as select id from account` |  | 14–18 | source: ACCESS SHARE<br>child: ACCESS SHARE | source: scan<br>child: scan | neither |",
    );
    const grants = lines.filter((line) => line.includes("`grant select"));
    expect(grants.map((line) => line.split(" | ")[2])).toEqual(["14–17", "18"]);
  });

  it("shows the cases of a shape below what they have in common", () => {
    const rows = lines.filter((line) => line.includes(" set not null` |"));
    const cells = rows.map((line) => line.split(" | ").toSpliced(3, 1).slice(1, 4));
    expect(cells.slice(0, 8)).toEqual([
      ["any", "14–18", "target: scan<br>default partition: scan<br>child: scan"],
      ["scan", "14–18", "target: scan<br>child: scan"],
      ["proved", "14–18", "none: a constraint proves it"],
      ["check-not-valid", "14–18", "target: scan<br>child: scan"],
      ["not-null-not-valid", "18", "target: scan<br>child: scan"],
      ["already", "14–17", "none"],
      ["already", "18", "none"],
      ["partitioned", "14–18", "default partition: scan<br>child: scan"],
    ]);
  });
});
