/** Types, functions, views, triggers, data and code. */
import type { History } from "./histories.ts";

export const OBJECT_HISTORIES: readonly History[] = [
  {
    name: "enums",
    sql: `
      create type mood as enum ('b', 'd'); create type empty as enum ();
      alter type mood add value 'e'; alter type mood add value 'a' before 'b';
      alter type mood add value 'c' after 'b'; alter type mood add value if not exists 'e';
      alter type mood rename value 'd' to 'dd'; create table t (m mood not null default 'a', ms mood[]);
      alter type mood rename to feeling; alter table t add n feeling;
      create type gone as enum ('x'); create table u (g gone, h int, i gone[]);
      create function f() returns gone language sql as $$ select 'x'::gone $$;
      drop type gone cascade; drop type if exists nothing; drop type empty;`,
  },
  {
    name: "domains, ranges, composite types",
    sql: `
      create domain positive as int default 1 not null check (value > 0) constraint small check (value < 10);
      create domain email as varchar(50) check (value ~ '@');
      alter domain positive add check (value <> 5) not valid; alter domain positive validate constraint positive_check1;
      alter domain positive drop constraint small; alter domain positive drop not null;
      alter domain positive drop default; alter domain email set not null; alter domain email set default 'a@b';
      alter domain email rename constraint email_check to has_at; alter domain email rename to mail;
      alter domain positive drop constraint if exists nothing;
      create type floats as range (subtype = float8); create table t (p positive, m mail[], r floats);
      create type pair as (x int, y mail); alter type pair add attribute z numeric(3, 1), drop attribute y;
      alter type pair alter attribute x type bigint; alter type pair rename attribute x to xx;
      create domain nested as positive; drop domain positive cascade; drop type pair;
      create type mood_check as enum ('x'); create table positive (a int check (a > 0));`,
  },
  {
    name: "functions",
    sql: `
      create function f(a int, b text default 'x') returns int language sql stable as 'select 1';
      create function f(a int) returns int language plpgsql as 'begin return 1; end';
      create or replace function f(a int) returns int language sql immutable as 'select 1';
      create function g(out x int, inout y text, variadic z int[]) language sql as $$ select 1, 'x' $$;
      create function t() returns table (a int, b text) language sql as $$ select 1, 'x' $$;
      create procedure p(int) language sql as 'select 1'; create procedure p2() language sql as 'select 1';
      create aggregate total(int) (sfunc = int4pl, stype = int4);
      create schema s; create type s.mood as enum ('x');
      create function s.h(m s.mood, n varchar(3)) returns setof s.mood language sql volatile as 'select m';
      alter function f(int, text) volatile; alter function f(int) rename to ff; alter function ff stable;
      drop function f; drop procedure p2; drop function if exists nothing(int); drop procedure p(int);
      alter function s.h(s.mood, varchar) set schema public; drop aggregate total(int);`,
  },
  {
    name: "triggers",
    sql: `
      create function f() returns trigger language plpgsql as 'begin return new; end';
      create function g() returns trigger language plpgsql as 'begin return new; end';
      create table t (a int); create view v as select a from t;
      create trigger one before insert on t for each row execute function f();
      create trigger two after update of a on t execute function g();
      create constraint trigger three after insert on t for each row execute function g();
      create trigger four after truncate on t execute function f();
      drop trigger one on t; drop trigger if exists nothing on t;
      alter function f() rename to ff; alter trigger two on t rename to deux;
      drop function g cascade;`,
  },
  {
    name: "CREATE OR REPLACE TRIGGER",
    sql: `
      create function f() returns trigger language plpgsql as 'begin return new; end';
      create function g() returns trigger language plpgsql as 'begin return new; end';
      create table t (a int); create trigger x before insert on t for each row execute function f();
      create or replace trigger x before insert on t for each row execute function g();`,
  },
  {
    name: "what views use",
    sql: `
      create table a (id int primary key, x int, y int, z text); create table b (id int, a_id int, w text, x int);
      create table c (id int, v int);
      create view plain as select x, y as why from a where z <> '';
      create view star as select * from a; create view alias_star as select q.* from a as q;
      create view joined as select a.x, w from a join b on a.id = b.a_id left join c using (id) where v > 1;
      create view sub as select (select max(w) from b where a_id = a.id) as m, x from a where exists (select 1 from c where v = y);
      create view inner_sub as select s.one from (select x + 1 as one, y from a) s where s.y > 1;
      create view cte as with w as (select id, x from a), u as (select v from c) select w.x, u.v from w, u;
      create view recursive as with recursive r(n) as (select id from a union all select n + 1 from r where n < 3) select n from r;
      create view both as select x from a union select v from c order by 1;
      create view ordered as select x as z1 from a group by x, y having count(z) > 1 order by z1, max(id);
      create view renamed as select p from a as k(o, p, q, r); create view nat as select 1 as one from a natural join b;
      create view lat as select l.s from a, lateral (select a.x + c.v as s from c) l;
      create view func as select g from generate_series(1, 3) g, a where a.x = g;
      create view whole as select a from a; create view counted as select count(*) from c;
      create view of_view as select why from plain; create view named (p, q) as select x, y from a;
      create view win as select sum(x) over (partition by y order by id) from a;
      create view vals as select * from (values (1, 2)) v (m, n); create view selfjoin as select l.x, r.y from a l, a r;
      create view agg as select array(select w from b) as ws, case when x > 1 then y end as k from a;
      create materialized view mat as select x, count(*) as n from a group by x; create index on mat (x);
      create materialized view mat2 (k) as select v from c with no data; refresh materialized view mat2;
      create or replace view plain as select x, y as why, z from a; alter table a rename x to ex;
      alter view named rename to called; alter view called rename column p to pp;
      alter materialized view mat rename to mat3; drop view star; drop materialized view mat2;
      alter table c rename to see; alter table a drop column z cascade;`,
  },
  {
    name: "sequences",
    sql: `
      create table t (id serial, b int, c int default 0); create sequence s start 5; create sequence if not exists s;
      alter sequence s owned by t.b; create sequence own owned by t.c; alter sequence own owned by none;
      alter table t rename b to bb; alter sequence s rename to s2; alter table t rename to tt;
      alter sequence if exists nothing restart; alter table tt drop column bb;`,
  },
  {
    name: "DO blocks that wrap plain statements",
    sql: `
      do $$ begin create type mood as enum ('a', 'b'); exception when duplicate_object then null; end $$;
      do $$ begin create type mood as enum ('c'); exception when duplicate_object then raise notice 'there'; end; $$;
      create table t (a int);
      do $do$ begin
        -- a comment; with a semicolon
        if not exists (select 1 from pg_constraint where conname = 't_a_check') then
          alter table t add check (a > 0); create index on t (a);
        end if;
        begin alter table t add column b text; exception when duplicate_column then null; end;
      end $do$;`,
  },
  {
    name: "rows, and what changes nothing",
    sql: `
      create table t (a int); insert into t values (1); truncate t; copy t to '/dev/null';
      grant select on t to public; analyze t; set lock_timeout = '1s'; lock table t;
      explain select 1; with x as (insert into t values (1) returning a) select * from x;
      vacuum t; checkpoint; prepare q as select 1; discard all;`,
    refused: ["LOCK TABLE can only be used in transaction blocks"],
  },
];
