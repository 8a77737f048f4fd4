/** Files with several statements: what moves into files of its own, and what stays. */
import { describe, expect, test } from "vitest";
import { fixSql, theOne } from "./fix-project.ts";

const HISTORY = `create table users (id bigint primary key, email text, plan text);
create table orders (id bigint primary key, user_id bigint);
`;

describe("files", () => {
  test("one edit changes the file in its place", async () => {
    const fixed = await fixSql({
      history: HISTORY,
      sql: "\ufeff-- é\r\nCREATE INDEX plans ON users (plan);\r\n",
    });
    expect(theOne(fixed).proof.proved).toBe(true);
    expect(fixed.files).toEqual({
      "0100_change.sql": "\ufeff-- é\r\nCREATE INDEX CONCURRENTLY plans ON users (plan);\r\n",
    });
  });

  test("CONCURRENTLY moves into a file of its own, in its order", async () => {
    const fixed = await fixSql({
      history: HISTORY,
      sql: `-- lockstep:lock-timeout 2s
create table notes (id bigint primary key);
-- for the list of plans
create index plans on users (plan);
insert into notes values (1);
`,
    });
    expect(theOne(fixed).proof).toMatchObject({ proved: true, against: [] });
    expect(fixed.files).toEqual({
      "0100_change_part_1.sql":
        "-- lockstep:lock-timeout 2s\ncreate table notes (id bigint primary key);\n",
      "0101_change_part_2.sql":
        "-- lockstep:lock-timeout 2000ms\n-- for the list of plans\ncreate index concurrently plans on users (plan);\n",
      "0102_change_part_3.sql": "-- lockstep:lock-timeout 2000ms\ninsert into notes values (1);\n",
    });
    expect(fixed.after).toEqual([]);
  });

  test("sub-commands of one ALTER TABLE are separated, and comments and settings kept", async () => {
    const fixed = await fixSql({
      history: HISTORY,
      sql: `set statement_timeout = '1min';
-- both at once
alter table users
  alter column plan set default 'free',
  add constraint known check (plan in ('free', 'paid')),
  alter column email set not null;
`,
      version: 18,
    });
    expect(theOne(fixed).proof).toMatchObject({ proved: true, against: [] });
    expect(Object.keys(fixed.files)).toEqual([
      "0100_change_part_1.sql",
      "0101_change_expand_add_constraint.sql",
      "0102_change_contract_validate.sql",
      ...Object.keys(fixed.files).slice(3),
    ]);
    expect(fixed.files["0100_change_part_1.sql"]).toBe(
      "set statement_timeout = '1min';\n-- both at once\nalter table users alter column plan set default 'free';\n",
    );
    expect(fixed.files["0101_change_expand_add_constraint.sql"]).toBe(
      `-- lockstep-phase: expand 1/2 of the CHECK known on users
set statement_timeout = '1min';
alter table users add constraint "known" check (plan in ('free', 'paid')) not valid;
`,
    );
    expect(fixed.after).toEqual([]);
  });

  test("what needs old code gone says so to the runner, and so does what stands behind it", async () => {
    const fixed = await fixSql({
      history: HISTORY,
      sql: "alter table users rename to people;\nalter table people alter column plan set default 'free';",
    });
    const texts = Object.values(fixed.files);
    expect(texts.map((text) => /^-- lockstep:phase (\w+)$/m.exec(text)?.[1])).toEqual([
      undefined,
      "contract",
      "contract",
    ]);
    expect(texts[1]).toMatch(/^-- lockstep-phase: contract 2\/2 of .*\n-- Deploy before: /);
    expect(texts[2]).toBe(
      "-- lockstep:phase contract\nalter table people alter column plan set default 'free';\n",
    );
  });

  test("a phase that the author has said is not said again", async () => {
    const fixed = await fixSql({
      history: HISTORY,
      sql: "-- lockstep:phase contract\nalter table users drop column plan;",
    });
    const [text = ""] = Object.values(fixed.files);
    expect(text).toContain("-- lockstep-phase: contract");
    expect(text.match(/lockstep:phase contract/g)).toHaveLength(1);
  });

  test("a second run changes nothing", async () => {
    const once = await fixSql({
      history: HISTORY,
      sql: "alter table users drop column plan;",
    });
    const twice = await fixSql({ history: HISTORY, sql: Object.values(once.files)[0]! });
    expect(twice.result).toEqual({ files: [], unfixed: [] });
    expect(twice.before).toEqual([]);
  });
});
