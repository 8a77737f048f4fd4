import { stripVTControlCharacters } from "node:util";
import { describe, expect, test } from "vitest";
import { Failure, type FailureInit } from "./failure.ts";
import { renderFailure, type RenderOptions } from "./render.ts";

function render(init: FailureInit, options: Partial<RenderOptions> = {}): string {
  return renderFailure(new Failure(init), { color: false, ...options });
}

/** Only the part of the frame with the marked line and its caret. */
function frameOf(lineText: string, column: number): string {
  const location = { file: "1_a.sql", line: 1, column, lineText };
  const lines = render({ class: "syntax", what: "It fails.", location }).split("\n");
  return lines.slice(4, 6).join("\n");
}

const FILE = [
  "-- Emails must be unique.",
  "set local work_mem = '64MB';",
  "",
  "create unique index users_email on users (email);",
  "analyze users;",
  "select 1;",
].join("\n");

describe("renderFailure", () => {
  test("shows everything that is known, the state and the action last", () => {
    const text = render(
      {
        class: "data.unique",
        what: "Cannot create the unique index `users_email`: two rows have the same key.",
        migration: "7_unique_email",
        location: { file: "migrations/7_unique_email.sql", line: 4, column: 1 },
        server: {
          sqlstate: "23505",
          severity: "ERROR",
          message: 'could not create unique index "users_email"',
          detail: "Key (email)=(a@example.com) is duplicated.",
          hint: "A hint.",
          where: "parallel worker",
        },
        notes: ["a@example.com: 2 rows", "b@example.com: 3 rows\nsince Monday"],
      },
      { sourceText: () => FILE },
    );
    expect(text).toMatchInlineSnapshot(`
      "data.unique (exit 79) in 7_unique_email
      Cannot create the unique index \`users_email\`: two rows have the same key.

      migrations/7_unique_email.sql:4:1
        2 | set local work_mem = '64MB';
        3 |
        4 | create unique index users_email on users (email);
          | ^
        5 | analyze users;

      Server: ERROR 23505: could not create unique index "users_email"
        Detail: Key (email)=(a@example.com) is duplicated.
        Hint: A hint.
        Context: parallel worker

      - a@example.com: 2 rows
      - b@example.com: 3 rows
        since Monday

      State now: The migration was rolled back and nothing of it stays; migrations before it stay applied.
      Do: Find the duplicates with \`select <columns>, count(*) from <table> group by <columns> having count(*) > 1\`, merge or remove them, then run the same command again."
    `);
  });

  test("is short when little is known", () => {
    expect(render({ class: "config.no_url", what: "No database is given." }))
      .toMatchInlineSnapshot(`
      "config.no_url (exit 78)
      No database is given.

      State now: Nothing was started and nothing was changed.
      Do: Give a database with \`--url postgres://…\`, with DATABASE_URL, or with \`url\` in lockstep.config.ts."
    `);
  });

  test("shows the exit code of this failure, not that of its class", () => {
    const text = render({ class: "deadlock", what: "A deadlock.", exit: "partial" });
    expect(text.split("\n")[0]).toBe("deadlock (exit 80)");
  });

  test("shows the query of a function with its own caret", () => {
    const text = render({
      class: "object.missing",
      what: "A column is missing.",
      server: {
        sqlstate: "42703",
        message: 'column "plan" does not exist',
        internalQuery: "update users\nset plan = 'free'",
        internalPosition: 18,
        where: 'PL/pgSQL function fill() line 3 at SQL statement\nSQL statement "select fill()"',
      },
    });
    expect(text).toMatchInlineSnapshot(`
      "object.missing (exit 79)
      A column is missing.

      Server: ERROR 42703: column "plan" does not exist
        Context: PL/pgSQL function fill() line 3 at SQL statement
          SQL statement "select fill()"
        In the query:
        1 | update users
        2 | set plan = 'free'
          |     ^

      State now: The migration was rolled back and nothing of it stays; migrations before it stay applied.
      Do: Check the name, the search_path, the installed extensions, and whether a migration that creates it is missing or comes later."
    `);
  });

  test("colours change nothing but the colours", () => {
    const failure = new Failure({
      class: "syntax",
      what: "The statement is not valid.",
      location: { file: "1_a.sql", line: 4, column: 8 },
      server: { sqlstate: "42601", message: "syntax error", hint: "Look." },
    });
    const sourceText = () => FILE;
    const plain = renderFailure(failure, { color: false, sourceText });
    const coloured = renderFailure(failure, { color: true, sourceText });
    expect(coloured).toContain("\u001B[31m");
    expect(plain).not.toContain("\u001B");
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });

  test("shows the place without a frame when the file cannot be read", () => {
    const location = { file: "gone.sql", line: 4, column: 8 };
    const text = render(
      { class: "syntax", what: "It fails.", location },
      { sourceText: () => undefined },
    );
    expect(text.split("\n\n")[1]).toBe("gone.sql:4:8");
  });

  test("shows the place without a frame when the file has become shorter", () => {
    const location = { file: "1_a.sql", line: 40, column: 8 };
    const text = render(
      { class: "syntax", what: "It fails.", location },
      { sourceText: () => FILE },
    );
    expect(text.split("\n\n")[1]).toBe("1_a.sql:40:8");
  });

  test("lets nothing control the terminal", () => {
    const text = render({
      class: "guard.raise",
      what: "The migration raises \u001B[2J\u0007.",
      server: { sqlstate: "P0001", message: "\u202Eevil\u0000\r\nline" },
      notes: ["\u009B31m"],
    });
    expect(text).not.toMatch(/[^\P{Control}\n]/u);
    expect(text).not.toContain("\u202E");
  });

  test("hides a password in the lines around the place", () => {
    const source = "create role a\n  login password\n  's3cr3t'\n  bogus;";
    const location = { file: "1_a.sql", line: 4, column: 3 };
    const text = render(
      { class: "syntax", what: "It fails.", location },
      { sourceText: () => source },
    );
    expect(text).not.toContain("s3cr3t");
    expect(text).toContain("  4 |   bogus;\n    |   ^");
  });
});

describe("the caret", () => {
  test("stands under the column", () => {
    expect(frameOf("select nope from t", 8)).toMatchInlineSnapshot(`
      "  1 | select nope from t
          |        ^"
    `);
  });

  test("may stand behind the last character", () => {
    expect(frameOf("select", 7)).toMatchInlineSnapshot(`
      "  1 | select
          |       ^"
    `);
  });

  test("stays under its word after tabs", () => {
    expect(frameOf("\ta\tselect nope", 11)).toMatchInlineSnapshot(`
      "  1 |     a   select nope
          |                ^"
    `);
  });

  test("stays under its word after wide letters and emoji", () => {
    expect(frameOf("comment on 名前 '🎉', nope", 20)).toMatchInlineSnapshot(`
      "  1 | comment on 名前 '🎉', nope
          |                       ^"
    `);
  });

  test("stays under its word after combining marks and joined emoji", () => {
    // One letter of two code points, then one sign of three.
    expect(frameOf("e\u0301 👩‍🚀 nope", 8)).toMatchInlineSnapshot(`
      "  1 | é 👩‍🚀 nope
          |      ^"
    `);
  });

  test("stays in view on a line that is very long", () => {
    const line = `${"a".repeat(300)} nope ${"b".repeat(300)}`;
    const frame = frameOf(line, 302).split("\n");
    const column = frame[1]?.indexOf("^") ?? -1;
    expect(frame[0]?.slice(column, column + 4)).toBe("nope");
    expect(frame[0]?.length).toBeLessThan(140);
    expect(frame[0]).toMatch(/\| ….*…$/);
  });

  test("stays in view at the end of a line that is very long", () => {
    const frame = frameOf(`${"a".repeat(300)} nope`, 302).split("\n");
    const column = frame[1]?.indexOf("^") ?? -1;
    expect(frame[0]?.slice(column)).toBe("nope");
  });
});
