import { describe, expect, test } from "vitest";
import { nextToken } from "./lexer.ts";
import { splitStatements } from "./statement-tracker.ts";

function tokens(text: string): [string, string][] {
  const bytes = Buffer.from(text, "utf8");
  const found: [string, string][] = [];
  for (let at = 0, token; (token = nextToken(bytes, at, bytes.length)); at = token.end) {
    const kind = token.unterminated ? `${token.kind} (unterminated)` : token.kind;
    found.push([kind, bytes.toString("utf8", token.start, token.end)]);
  }
  return found;
}

describe("nextToken", () => {
  const whole: [name: string, kind: string, text: string][] = [
    ["a string with a doubled quote", "string", "'it''s; -- not'"],
    ["a string whose backslash is an ordinary byte", "string", "'a\\'"],
    ["an escape string with an escaped quote", "string", "E'it\\'s; '"],
    ["an escape string with a doubled quote", "string", "e'a''b'"],
    ["an escape string that ends in a backslash pair", "string", "E'\\\\'"],
    ["an escape string that goes on in the next line", "string", "E'a'\n'b\\'c'"],
    ["one that goes on behind a comment", "string", "E'a' -- x\n '\\''"],
    ["a Unicode string", "string", "U&'\\0061'''"],
    ["a bit string", "string", "B'01'"],
    ["a hexadecimal string", "string", "x'ff'"],
    ["a national string", "string", "N'a''b'"],
    ["a quoted name", "identifier", '"a;""b"'],
    ["a Unicode name", "identifier", 'u&"d!0061"'],
    ["a dollar string without tag", "dollar", "$$a;'$ $x$$"],
    ["a dollar string with another inside", "dollar", "$a$ $b$ ; $b$ $a$"],
    ["a dollar string with a letter beyond ASCII", "dollar", "$é1$;$é1$"],
    ["a parameter", "parameter", "$12"],
    ["a word with dollar signs", "word", "a$b$c"],
    ["a word beyond ASCII", "word", "größe_1"],
    ["a line comment", "line-comment", "-- a;'"],
    ["nested block comments", "block-comment", "/* a /* ; */ ' */"],
    ["a number", "number", "1.5e10"],
  ];
  test.each(whole)("reads %s as one token", (_name, kind, text) => {
    expect(tokens(text)).toEqual([[kind, text]]);
    // What follows is not swallowed.
    expect(tokens(`${text}\n;`)).toEqual([
      [kind, text],
      ["semicolon", ";"],
    ]);
  });

  test.each([
    ["string", "'abc"],
    ["string", "E'abc\\'"],
    ["identifier", '"abc'],
    ["dollar", "$a$ b $b$"],
    ["block-comment", "/* /* */"],
  ])("marks a %s that the file does not end", (kind, text) => {
    expect(tokens(text)).toEqual([[`${kind} (unterminated)`, text]]);
  });

  test("does not continue an escape string on the same line", () => {
    expect(tokens("E'a' 'b\\'")).toEqual([
      ["string", "E'a'"],
      ["string", "'b\\'"],
    ]);
  });

  test("ends a line comment at a lone carriage return", () => {
    expect(tokens("-- a\rselect")).toEqual([
      ["line-comment", "-- a"],
      ["word", "select"],
    ]);
  });

  test("finds a comment directly behind an operator", () => {
    expect(tokens("1+--x").map(([kind]) => kind)).toEqual(["number", "other", "line-comment"]);
  });
});

describe("splitStatements", () => {
  const split = (text: string) => {
    const bytes = Buffer.from(text, "utf8");
    return splitStatements(bytes).map(({ start, end }) => bytes.toString("utf8", start, end));
  };

  test("drops comments around statements and empty statements", () => {
    expect(split("-- a\nselect 1 -- b\n; ;/* c */ select 2")).toEqual(["select 1", "select 2"]);
  });

  test("keeps a rule with several actions together", () => {
    const rule = "create rule r as on insert to t do also (select 1; select 2)";
    expect(split(`${rule}; select 3`)).toEqual([rule, "select 3"]);
  });

  test("keeps a BEGIN ATOMIC body with CASE together", () => {
    const body =
      "create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end";
    expect(split(`${body}; select 3`)).toEqual([body, "select 3"]);
  });

  test("is not misled by BEGIN without ATOMIC or by a column named atomic", () => {
    expect(split("create table atomic (begin int); begin; select 1; end")).toHaveLength(4);
  });
});
