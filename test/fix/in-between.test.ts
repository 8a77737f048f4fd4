/** While a sequence is under way, the old and the new version of the application both work. */
import { describe, expect, test } from "vitest";
import { runSql } from "../../src/postgres/admin.ts";
import { resolveTarget } from "../../src/postgres/conninfo.ts";
import { nativeSet } from "../../src/migrations/migration.ts";
import { readFolders } from "../../src/migrations/discover.ts";
import { DEFAULT_SETTINGS } from "../../src/runner/options.ts";
import { up } from "../../src/runner/up.ts";
import { freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { fixSql } from "./fix-project.ts";

interface Underway {
  readonly url: string;
  /** Applies so many files of the sequence. */
  next(count: number): Promise<void>;
}

async function underway(history: string, sql: string): Promise<Underway> {
  const { files } = await fixSql({ history, sql });
  const { dir } = await project({
    files: {
      "migrations/0001_history.sql": history,
      ...Object.fromEntries(
        Object.entries(files).map(([name, text]) => [`migrations/${name}`, text]),
      ),
    },
  });
  const { url } = await freshDatabase();
  const next = async (count: number): Promise<void> => {
    await up(
      {
        target: await resolveTarget({ url, env: {} }),
        source: () =>
          Promise.resolve(nativeSet(readFolders([`${dir}/migrations`], { cwd: dir }).migrations)),
        settings: { ...DEFAULT_SETTINGS, contract: { guard: "off" } },
      },
      { count },
    );
  };
  await next(1);
  return { url, next };
}

describe("in between", () => {
  test("a column has two names, and whoever writes one writes both", async () => {
    const { url, next } = await underway(
      "create table users (id int primary key, email text not null default 'none', n int);",
      "alter table users rename column email to mail;",
    );
    await runSql(url, "insert into users (id, email) values (1, 'old'), (2, 'old')");
    await next(1);
    await runSql(
      url,
      "insert into users (id, email) values (3, 'by old')",
      "insert into users (id, mail) values (4, 'by new')",
      "insert into users (id) values (5)",
      "update users set email = 'changed' where id = 2",
    );
    await next(1);
    const [filled] = await runSql(url, "select id, email, mail from users order by id");
    expect(filled).toEqual(
      ["old", "changed", "by old", "by new", "none"].map((text, index) => ({
        id: index + 1,
        email: text,
        mail: text,
      })),
    );
    await runSql(
      url,
      "update users set mail = 'new' where id = 1",
      "update users set email = 'old again' where id = 2",
      "update users set n = 1 where id = 3",
    );
    const [both] = await runSql(url, "select email, mail from users where id < 4 order by id");
    expect(both).toEqual([
      { email: "new", mail: "new" },
      { email: "old again", mail: "old again" },
      { email: "by old", mail: "by old" },
    ]);
    await next(9);
    const [last] = await runSql(
      url,
      "insert into users (id) values (6)",
      "select to_jsonb(u) as row from users u order by id desc limit 1",
    ).then(([, rows]) => rows!);
    expect(last).toEqual({ row: { id: 6, mail: "none", n: null } });
  });

  test("a column gets a wider type under its own name, with its sequence", async () => {
    const { url, next } = await underway(
      "create table notes (id serial primary key, body text);",
      "alter table notes alter column id type bigint;",
    );
    await runSql(url, "insert into notes (body) select 'x' from generate_series(1, 2500)");
    await next(1);
    await runSql(url, "insert into notes (body) values ('between')");
    await next(9);
    const rows = await runSql(
      url,
      "insert into notes (body) values ('after') returning id, pg_typeof(id)::text as type",
      "select count(*)::int as all, max(id)::int as last from notes",
      "insert into notes (id) values (5000000000) returning id",
    );
    expect(rows).toEqual([
      [{ id: "2502", type: "bigint" }],
      [{ all: 2502, last: 2502 }],
      [{ id: "5000000000" }],
    ]);
  });

  test("a value that the new type does not take is refused, as the type change would have", async () => {
    const { url, next } = await underway(
      "create table users (id int primary key, name text);",
      "alter table users alter column name type varchar(5);",
    );
    await next(1);
    await expect(runSql(url, "insert into users values (1, 'too long')")).rejects.toThrow(
      /value too long/,
    );
  });

  test("a table is read and written by both names", async () => {
    const { url, next } = await underway(
      "create table users (id int primary key, name text);",
      "alter table users rename to people;",
    );
    await next(1);
    await runSql(
      url,
      "insert into users values (1, 'old')",
      "insert into people values (2, 'new')",
    );
    const [rows] = await runSql(url, "select name from users order by id");
    expect(rows).toEqual([{ name: "old" }, { name: "new" }]);
  });

  test("rows can be written without a column that is going to be dropped", async () => {
    const { url, next } = await underway(
      "create table users (id int primary key, name text not null);",
      "alter table users drop column name;",
    );
    await next(1);
    await runSql(
      url,
      "insert into users (id, name) values (1, 'old')",
      "insert into users values (2)",
    );
  });
});
