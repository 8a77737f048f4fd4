import { expect, test } from "vitest";
import { definesAndNeeds } from "./names.ts";
import { parseText } from "./test-parse.ts";

const names = async (text: string) => definesAndNeeds(await parseText(text));

test.each([
  ["create or replace view s.V as select 1", ["s.v", "v"]],
  ["create materialized view m as select 1", ["m"]],
  ["create table t ()", ["t"]],
  ["create function S.f() returns int language c as 'a'", ["f", "s.f"]],
  ["create procedure p() language sql as ''", ["p"]],
  ["create type e as enum ()", ["e"]],
  ["create type c as (a int)", ["c"]],
  ["create type r as range (subtype = int)", ["r"]],
  ['create domain "D" as int', ["d"]],
  ["create aggregate a (int) (sfunc = f, stype = int)", ["a"]],
  ["create trigger g after insert on t for each row execute function f()", ["g"]],
  ["create sequence q", ["q"]],
  ["create foreign table ft (a int) server s", ["ft"]],
])("%s creates %j", async (text, defines) => {
  expect((await names(text)).defines).toEqual(defines);
});

test.each([
  ["create view v as select * from S.a join b using (x)", ["a", "b", "s.a"]],
  ["create view v as with c as (select * from a) select * from c", ["a"]],
  ["create view v as select s.f(x) from a", ["a", "f", "s.f"]],
  ["create view v as select x::my_type from a where exists (select from b)", ["a", "b", "my_type"]],
  ["create trigger g after insert on t for each row execute function f()", ["f", "t"]],
  ["create function f(a ta) returns setof tr begin atomic select * from b; end", ["b", "ta", "tr"]],
  ["drop view if exists s.v", ["s.v", "v"]],
  ["create view v as select 1; create view w as select * from v", []],
])("%s needs %j", async (text, needs) => {
  expect((await names(text)).needs).toEqual(needs);
});

test("names in function bodies are weak needs", async () => {
  const text =
    "create function f() returns void language plpgsql as $$ begin -- not_this\n perform s.G(\"H\", 'nor_this'); end $$";
  const { needs } = await names(text);
  expect(needs).toEqual(expect.arrayContaining(["g", "s.g", "h"]));
  expect(needs).not.toContain("not_this");
  expect(needs).not.toContain("nor_this");
});

test("a name of WITH hides a relation in its own statement only", async () => {
  const text = "select * from a; create view v as with a as (select 1) select * from a";
  expect((await names(text)).needs).toEqual(["a"]);
});
