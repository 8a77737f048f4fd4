import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Failure } from "./failure.ts";
import { redact, redactInPlace } from "./redact.ts";

const SECRET = "s3cr3t";

const CASES: [before: string, after: string][] = [
  ["postgres://app:s3cr3t@db:5432/shop", "postgres://app:***@db:5432/shop"],
  [
    "postgresql://app:s3cr3t@db/shop?sslmode=require",
    "postgresql://app:***@db/shop?sslmode=require",
  ],
  ["postgres://:s3cr3t@db", "postgres://:***@db"],
  ["postgres://app:s3@cr3t/s3cr3t#@db/shop", "postgres://app:***@db/shop"],
  ["postgres://app:s3'cr3t@db is refused", "postgres://app:***@db is refused"],
  [
    "postgres://db/shop?user=app&password=s3cr3t&sslmode=require",
    "postgres://db/shop?user=app&password=***&sslmode=require",
  ],
  ["host=db password=s3cr3t user=app", "host=db password=*** user=app"],
  ["host=db password = 's3 cr3t' user=app", "host=db password = *** user=app"],
  [String.raw`password='it\'s s3cr3t' user=app`, "password=*** user=app"],
  [String.raw`password=s3\ s3cr3t user=app`, "password=*** user=app"],
  ["PGPASSWORD=s3cr3t lockstep up", "PGPASSWORD=*** lockstep up"],
  ['PGPASSWORD="s3 cr3t" lockstep up', "PGPASSWORD=*** lockstep up"],
  ["sslpassword=s3cr3t sslmode=require", "sslpassword=*** sslmode=require"],
  [
    "create role a login password 's3cr3t' valid until 'x'",
    "create role a login password *** valid until 'x'",
  ],
  ["ALTER ROLE a ENCRYPTED PASSWORD\n  's3''cr3t';", "ALTER ROLE a ENCRYPTED PASSWORD\n  ***;"],
  [String.raw`alter role a password E's3\'cr3t';`, "alter role a password ***;"],
  ["alter role a password $$s3cr3t$$;", "alter role a password ***;"],
  ["alter role a password $x$s3$$cr3t$x$;", "alter role a password ***;"],
  ["alter role a password /* new */ 's3cr3t';", "alter role a password /* new */ ***;"],
  [
    "create subscription s connection 'host=h password=''s3 cr3t'' user=u' publication p",
    "create subscription s connection 'host=h password=*** user=u' publication p",
  ],
  ["{ user: 'app', password: 's3cr3t' }", "{ user: 'app', password: *** }"],
  ['{"password":"s3cr3t","port":1}', '{"password":***,"port":1}'],
];

describe("redact", () => {
  test.each(CASES)("%s", (before, after) => {
    expect(redact(before)).toBe(after);
  });

  test.each([
    'password authentication failed for user "app"',
    "postgres://db:5432/shop is refused",
    "See https://example.com/a:b for more.",
    "alter table users add column password_hash text",
    "alter role a password null",
    "The password is wrong.",
  ])("leaves alone: %s", (text) => {
    expect(redact(text)).toBe(text);
  });

  test("is the same when it is done twice", () => {
    for (const [before] of CASES) expect(redact(redact(before))).toBe(redact(before));
  });

  test("never lets a password of a URL through, whatever it is made of", () => {
    const password = fc.stringMatching(/^[!-~]{6,20}$/);
    fc.assert(
      fc.property(password, (secret) => {
        const clean = redact(`Cannot reach postgres://app:${secret}@db:5432/shop now.`);
        expect(clean).not.toContain(secret);
        expect(clean).toBe("Cannot reach postgres://app:***@db:5432/shop now.");
      }),
    );
  });

  test("is quick on a long text", () => {
    const text = `password ${"://a:".repeat(20_000)} ${"--\n".repeat(20_000)}`;
    const start = performance.now();
    redact(text);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe("redactInPlace", () => {
  test.each(CASES)("keeps every place in %s", (before) => {
    const clean = redactInPlace(before);
    expect([...clean]).toHaveLength([...before].length);
    expect(clean).not.toContain("cr3t");
  });
});

describe("a Failure", () => {
  const failure = new Failure({
    class: "conn.refused",
    what: `postgres://a:${SECRET}@db cannot be reached.`,
    state: `password=${SECRET}`,
    action: `Use postgres://a:${SECRET}@other`,
    notes: [`PGPASSWORD=${SECRET}`],
    location: {
      file: "1_a.sql",
      line: 1,
      column: 30,
      lineText: `alter role a password '${SECRET}' x`,
    },
    server: {
      sqlstate: "42601",
      message: `password '${SECRET}'`,
      detail: `password=${SECRET}`,
      hint: `password=${SECRET}`,
      where: `SQL statement "alter role a password '${SECRET}'"`,
      internalQuery: `alter role a password '${SECRET}' x`,
    },
  });

  test("carries no password in any of its texts", () => {
    expect(JSON.stringify(failure)).not.toContain(SECRET);
    expect(failure.message).not.toContain(SECRET);
    expect(String(failure.stack)).not.toContain(SECRET);
  });

  test("keeps the places in the line and in the query of a function", () => {
    expect(failure.location?.lineText).toBe("alter role a password ******** x");
    expect(failure.server?.internalQuery).toBe("alter role a password ******** x");
  });

  test("keeps all of it through `with`", () => {
    const more = failure.with({ migration: "1_a" });
    expect({ ...more.toJSON(), migration: undefined }).toEqual({
      ...failure.toJSON(),
      migration: undefined,
    });
  });
});
