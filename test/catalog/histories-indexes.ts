/** Indexes, and DROP of relations. */
import type { History } from "./histories.ts";

export const INDEX_HISTORIES: readonly History[] = [
  {
    name: "indexes and their names",
    sql: `
      create table t (a int, b text, c text, d jsonb, "E f" int);
      create index on t (a, b); create index on t (lower(b)); create index on t ((a + 1));
      create index on t ((a + 1), (a + 2)); create index on t (coalesce(b, c));
      create index on t ((d ->> 'x')); create index on t ((b::varchar(3))); create index on t ((case when a > 1 then b else c end));
      create index on t using gin (d jsonb_path_ops); create index on t ("E f");
      create index on t (b collate "C" desc nulls last) include (a, c) where a > 0 and c <> '';
      create unique index named on t (a); create index if not exists named on t (b);
      create unique index on t using btree (b text_pattern_ops);
      create index on t (greatest(a, 1)); create index on t (b, b); create index on t ((d['x']));
      alter index named rename to renamed; alter table renamed rename to again;
      create index concurrently on t (c);
      alter table t rename b to bee; alter table t rename a to ay;
      drop index t_lower_idx, again; drop index if exists nothing; drop index concurrently t_c_idx;`,
  },
  {
    name: "NULLS NOT DISTINCT",
    since: 15,
    sql: `
      create table t (a int unique nulls not distinct, b int);
      create unique index on t (b) nulls not distinct;`,
  },
  {
    name: "DROP TABLE and its companions",
    sql: `
      create table a (id serial primary key); create table b (id int references a, x int);
      create view va as select id from a; create view vva as select id from va;
      create view vb as select x from b;
      create table c (id int primary key); create table d (id int references c);
      create sequence s owned by b.x; create sequence s2; create index on b (x);
      create table e (n int default nextval('s2'));
      drop table a cascade; drop table c, d; drop sequence s2 cascade; drop sequence s;
      drop view vb; drop table if exists nothing, e; drop table b;
      create table a (id int primary key); create view va as select 1 as x;`,
  },
  {
    name: "DROP refuses without CASCADE",
    sql: `
      create table a (id int primary key); create schema s; create table s.t (x int);
      create table b (id int references a); drop schema s cascade; drop schema if exists s;
      drop table b; drop table a;`,
  },
  {
    name: "schemas and the search path",
    sql: `
      create schema one; create schema two create table made (id serial primary key) create view v as select id from made;
      create table one.t (a int primary key); create table two.t (a int references one.t);
      set search_path to one, two; create table first (a int); alter table made add b int;
      create index on made (b); create view v as select a, b from first, made;
      set search_path = two; create table t2 (a int); reset search_path;
      select set_config('search_path', 'two, one', false); create table t3 (a int, b int references one.t);
      set search_path = ''; create table one.full (a one.t, b two.t[]);
      create type one.mood as enum ('a'); create table two.m (m one.mood, n one.mood[]);
      alter table one.t set schema two;`,
    refused: ['relation "t" already exists in schema "two"'],
  },
  {
    name: "moving between schemas",
    sql: `
      create schema one; create schema two;
      create table one.t (id serial primary key, a int check (a > 0), b int unique);
      create index on one.t (a); create view one.v as select a from one.t;
      create type one.mood as enum ('x'); create table m (m one.mood, n one.mood[]);
      create domain one.d as int check (value > 0);
      create function one.f(int) returns int language sql as 'select 1';
      alter table one.t set schema two; alter view one.v set schema two; alter type one.mood set schema two;
      alter domain one.d set schema two; alter function one.f(int) set schema two;
      create table one.t (id serial primary key, a int check (a > 0));
      alter schema two rename to three; create sequence one.s; alter sequence one.s set schema three;
      create schema four; create table four.x (a int); drop schema four cascade; drop schema one cascade;`,
  },
];
