/** Partitioned tables. */
import type { History } from "./histories.ts";

export const PARTITION_HISTORIES: readonly History[] = [
  {
    name: "partitions take over what the parent has",
    sql: `
      create table refs (id int primary key);
      create table p (id int not null, at date not null default now(), kind text, r int references refs,
        primary key (id, at), unique (at, id), check (id > 0)) partition by range (at);
      create index on p (kind); create index by_lower on p (lower(kind)) where kind <> '';
      create table p1 partition of p for values from ('2024-01-01') to ('2025-01-01');
      create table p2 partition of p (kind default 'x' not null, check (kind <> 'y'))
        for values from ('2025-01-01') to ('2026-01-01') partition by list (at);
      create table p2a partition of p2 for values in ('2025-02-01'); create table rest partition of p default;
      create table p2b partition of p2 default;
      alter table p add x int default 5 not null; alter table p add check (x > 0);
      create index on p (x); alter table p add unique (at, x); alter table p drop kind cascade;
      alter table p rename x to y; alter table p alter y type bigint; alter table p alter y drop not null;
      alter table p add foreign key (y) references refs;
      alter table p drop constraint p_id_check; alter table p drop constraint p_y_fkey;
      alter table p drop constraint p_at_x_key;`,
  },
  {
    name: "dropping columns and indexes of partitioned tables",
    sql: `
      create table p (id int, a int, b int unique, c int) partition by list (id);
      create table p (id int, a int, b int, c int, unique (id, b)) partition by list (id);
      create table p1 partition of p for values in (1); create table p2 partition of p for values in (2);
      create index on p (a); create index pc on p (c);
      alter table p drop column a; drop index pc; alter table p rename constraint p_id_b_key to named;
      drop table p2; create table p3 partition of p for values in (3); drop table p;`,
    refused: ["unique constraint on partitioned table must include all partitioning columns"],
  },
  {
    name: "attach and detach",
    sql: `
      create table p (id int not null, a int, b text, primary key (id), check (a > 0)) partition by range (id);
      create index on p (a); create index on p (b);
      create table fits (id int not null primary key, a int, b text, constraint p_a_check check (a > 0));
      create index mine on fits (a); create table lacks (id int not null, a int, b text, constraint p_a_check check (a > 0));
      alter table p attach partition fits for values from (1) to (10);
      alter table p attach partition lacks default;
      alter table p detach partition fits; alter table fits add extra int;
      alter table p attach partition fits for values from (1) to (10);
      alter table fits drop column extra; alter table p attach partition fits for values from (1) to (10);
      create table gone partition of p for values from (100) to (200); drop table gone;
      alter table p detach partition lacks; drop table p;`,
    refused: ['table "fits" contains column "extra" not found in parent "p"'],
  },
  {
    name: "detached concurrently, the bound stays",
    sql: `
      create table p (id int, a int) partition by range (id);
      create table p1 partition of p for values from (1) to (10);
      create table p2 partition of p for values from (10) to (20);
      alter table p detach partition p1 concurrently;`,
  },
  {
    name: "indexes ON ONLY, and attached one by one",
    sql: `
      create table p (id int, a int) partition by list (id);
      create index early on only p (a);
      create table p1 partition of p for values in (1); create table p2 partition of p for values in (2) partition by list (a);
      create table p2a partition of p2 default;
      create index whole on only p (id); create index i1 on p1 (id); create index i2 on only p2 (id);
      create index i2a on p2a (id); alter index i2 attach partition i2a;
      alter index whole attach partition i1; alter index whole attach partition i2;
      create index half on only p (a); create index h1 on p1 (a); alter index half attach partition h1;
      create unique index u on only p (id, a); create unique index u1 on p1 (id, a);
      alter index u attach partition u1;
      create index i3 on p2a (a); create index on p (a);`,
  },
  {
    name: "triggers and identity of partitioned tables",
    sql: `
      create function f() returns trigger language plpgsql as 'begin return new; end';
      create function g() returns trigger language plpgsql as 'begin return new; end';
      create table p (id int, a int) partition by hash (id);
      create table p1 partition of p for values with (modulus 2, remainder 0);
      create trigger each before insert on p for each row execute function f();
      create trigger whole before insert on p for each statement execute function f();
      create table p2 partition of p for values with (modulus 2, remainder 1);
      create trigger own before update on p1 for each row execute procedure g();
      alter table p detach partition p2; alter trigger own on p1 rename to renamed;
      drop trigger whole on p; drop function g() cascade; drop trigger each on p;
      create trigger again after insert on p for each row execute function f(); drop table p1;`,
  },
  {
    name: "identity goes to partitions",
    since: 17,
    sql: `
      create table p (id int generated always as identity, a int not null) partition by range (a);
      create table p1 partition of p default; create table p2 (id int not null, a int not null);
      alter table p detach partition p1; alter table p1 drop column id;
      alter table p attach partition p2 default;
      alter table p alter a add generated by default as identity;
      alter table p alter id drop identity;`,
  },
];
