import { expect, test } from "vitest";
import { Failure } from "../../failures/failure.ts";
import { renderBug, renderFailure, renderLocation, withoutPasswords } from "./failure-text.ts";
import { PLAIN_PAINT } from "./paint.ts";

test("a failure says what, where, the server's words, the state and what to do", () => {
  const failure = new Failure({
    class: "data.unique",
    what: "`3_unique_email` cannot create the index `users_email_key`.",
    state: "`3_unique_email` was rolled back; 2 migrations before it stay applied.",
    action: "Remove the duplicates:\nselect email from users group by 1 having count(*) > 1",
    migration: "3_unique_email",
    location: {
      file: "migrations/3_unique_email.sql",
      line: 12,
      column: 9,
      lineText: "\tselect 用户 from users;",
    },
    server: {
      sqlstate: "23505",
      message: 'could not create unique index "users_email_key"',
      detail: "Key (email)=(a@b.c) is duplicated.\nSecond line.",
      hint: "",
    },
    notes: ["3 values are there more than once"],
  });
  expect(renderFailure(failure.toJSON(), PLAIN_PAINT).join("\n")).toMatchInlineSnapshot(`
    "✗ \`3_unique_email\` cannot create the index \`users_email_key\`.

      at migrations/3_unique_email.sql:12:9
      12 |  select 用户 from users;
         |         ^

      PostgreSQL: could not create unique index "users_email_key" (SQLSTATE 23505)
        detail: Key (email)=(a@b.c) is duplicated.
          Second line.

      3 values are there more than once

      State now:  \`3_unique_email\` was rolled back; 2 migrations before it stay applied.
      What to do: Remove the duplicates:
                  select email from users group by 1 having count(*) > 1
      (data.unique, exit 79)"
  `);
});

test("the caret stands below its column after wide characters, and long lines are cut", () => {
  const wide = { file: "a.sql", line: 1, column: 4, lineText: "用户 x" };
  const [, text, caret] = renderLocation(wide, PLAIN_PAINT);
  expect(caret?.indexOf("^")).toBe((text?.indexOf("x") ?? 0) + 2);

  const lineText = `${"a".repeat(5_000)}X${"b".repeat(5_000)}`;
  const [, cut = "", below = ""] = renderLocation(
    { file: "a.sql", line: 1, column: 5_001, lineText },
    PLAIN_PAINT,
  );
  expect(cut.length).toBeLessThan(120);
  expect(cut[below.indexOf("^")]).toBe("X");
});

test("a column behind the end of its line does not throw", () => {
  expect(
    renderLocation({ file: "a.sql", line: 1, column: 99, lineText: "" }, PLAIN_PAINT),
  ).toHaveLength(3);
});

test("a bug shows its stack only when asked for, and never a password", () => {
  const error = new Error("connect postgres://app:s3cr%40t@db/app failed");
  const short = renderBug(error, false, PLAIN_PAINT).join("\n");
  expect(short).toMatchInlineSnapshot(`
    "✗ This is a bug in Lockstep.

      Error: connect postgres://app:***@db/app failed

      State now:  Not known. \`lockstep status\` reads it from the database.
      What to do: Report it with the output of the same command under LOCKSTEP_DEBUG=1.
      (bug, exit 70)"
  `);
  expect(renderBug(error, true, PLAIN_PAINT).join("\n")).toContain("failure-text.test.ts");
});

const secrets: readonly (readonly [string, string])[] = [
  ["postgres://a:b@h/d", "postgres://a:***@h/d"],
  ["postgresql://a:p@ss@h/d", "postgresql://a:***@h/d"],
  ["host=h password=geheim user=u", "host=h password=*** user=u"],
  ["host=h password='ge h\\'eim' user=u", "host=h password=*** user=u"],
  ["postgres://h/d?password=x&sslmode=require", "postgres://h/d?password=***&sslmode=require"],
  ["postgres://a@h:5432/d", "postgres://a@h:5432/d"],
];

test.each(secrets)("%s is printed as %s", (given, printed) => {
  expect(withoutPasswords(given)).toBe(printed);
});
