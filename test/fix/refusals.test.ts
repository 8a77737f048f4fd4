/** What `--fix` leaves alone, with the reason; nothing is proposed for it. */
import { describe, expect, test } from "vitest";
import { fixSql } from "./fix-project.ts";

const HISTORY = `create table users (id bigint primary key, email text, age int check (age > 0), name text default lower('X') || 'y');
create table orders (id int primary key, user_id bigint references users (id), total int, doubled int generated always as (total * 2) stored);
create view emails as select email from users;
create table parts (id int, at date not null) partition by range (at);
create table part partition of parts default;
create index users_lower_idx on users (lower(email));
create table codes (code text);
create unique index codes_lower on codes (lower(code));
create table sized (size int default (1 + 1));
`;

describe("left alone", () => {
  test.each([
    ["alter table users rename column email to mail;", /view uses the column/],
    ["alter table users alter column id type numeric;", /foreign key refers to the table/],
    ["alter table users alter column age type bigint;", /users_age_check` uses it/],
    ["alter table orders alter column total type bigint;", /generated column is computed/],
    ["alter table codes alter column code type varchar(10);", /codes_lower` is more than a list/],
    ["alter table sized alter column size type bigint;", /default is an expression/],
    ["alter table parts alter column id type bigint;", /partitioned/],
    ["alter table users drop column email;", /view uses the column/],
    ["alter table nobody rename column a to b;", /no file of the history/],
  ])("%s", async (sql, reason) => {
    const { result } = await fixSql({ history: HISTORY, sql });
    expect(result.files).toEqual([]);
    expect(result.unfixed.map((one) => one.reason).join("\n")).toMatch(reason);
  });

  test("what is applied", async () => {
    const { result } = await fixSql({
      history: HISTORY,
      sql: "create index on orders (total);",
      pending: new Set(),
    });
    expect(result.files).toEqual([]);
    expect(result.unfixed[0]?.reason).toMatch(/is applied/);
  });

  test("a file that is part of a sequence already", async () => {
    const { result, before } = await fixSql({
      history: HISTORY,
      sql: "-- lockstep-phase: contract 2/2 of x\nalter table orders drop column total;",
    });
    expect(before).toContain("drop-column");
    expect(result).toEqual({ files: [], unfixed: [] });
  });
});
