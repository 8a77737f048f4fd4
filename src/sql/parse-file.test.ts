import { describe, expect, test } from "vitest";
import { statementLocation, opaqueLocation } from "./locate.ts";
import { parseText, textsOf } from "./test-parse.ts";

describe("statements", () => {
  test("a text goes from the first token to the last, with its place", async () => {
    const source = "\ufeff-- é😀\nselect 1; ;; -- x\r\n /* é */ select 'é' -- c\n; select 2 -- end";
    const { statements } = await parseText(source);
    const bytes = Buffer.from(source, "utf8");
    expect(statements.map(({ text, line, column }) => ({ text, line, column }))).toEqual([
      { text: "select 1", line: 2, column: 1 },
      { text: "select 'é'", line: 3, column: 10 },
      { text: "select 2", line: 4, column: 3 },
    ]);
    for (const { text, start, end } of statements) {
      expect(bytes.toString("utf8", start, end)).toBe(text);
    }
  });

  test.each([[""], [" \n"], [";;"], ["-- only a comment"], ["/* a */;"], ["\ufeff"]])(
    "%j has no statements",
    async (text) => {
      expect((await parseText(text)).statements).toEqual([]);
    },
  );

  test("bodies keep their semicolons", async () => {
    const bodies = [
      "create procedure p() begin atomic select case when true then 1 end; select 2; end",
      "create rule r as on insert to t do also (select 1; select 2)",
      "do $a$ begin perform ';'; end $a$",
      "create function atomic() returns int language sql as 'select 1;'",
    ];
    expect(await textsOf(bodies.join(";\n"))).toEqual(bodies);
  });

  test("a lone carriage return ends lines and comments", async () => {
    const { statements } = await parseText("-- a\rselect 1;\rselect 2");
    expect(statements.map(({ line }) => line)).toEqual([2, 3]);
  });

  test("a server's position in code points leads to the line and column of the file", async () => {
    const file = await parseText("select 1;\nselect '😀é',\n  '😀', wrong");
    expect(statementLocation(file, file.statements[1]!, 21)).toEqual({
      file: "0001_a.sql",
      line: 3,
      column: 8,
      lineText: "  '😀', wrong",
    });
  });
});

describe("encoding", () => {
  test.each([
    ["a byte that is not UTF-8", Buffer.from("select 1;\n-- é\n'\xff'", "latin1"), "offset 13", 2],
    ["a cut sequence at the end", Buffer.from([0x2d, 0x2d, 0xc3]), "offset 2", 1],
    ["a lone continuation byte", Buffer.from([0xc3, 0xa9, 0x80]), "offset 2", 1],
    ["an overlong form", Buffer.from([0x2d, 0xc0, 0x80]), "offset 1", 1],
    ["a NUL byte", Buffer.from("select\n\0"), "offset 7", 2],
    ["UTF-16", Buffer.from("\ufeffselect 1", "utf16le"), "UTF-16LE", 1],
    ["UTF-16BE", Buffer.from("\ufeffs", "utf16le").swap16(), "UTF-16BE", 1],
  ])("%s is refused", async (_name, bytes, what, line) => {
    await expect(parseText(bytes)).rejects.toMatchObject({
      class: "file.encoding",
      what: expect.stringContaining(what),
      location: { line },
    });
  });
});

describe("psql", () => {
  test("a guard line is dropped behind a statement, and refused inside of one", async () => {
    const file = await parseText("select 2;\n\\unrestrict a\n-- é");
    expect(file.statements).toMatchObject([{ text: "select 2", start: 0, end: 8 }]);
    await expect(parseText("select 2\n\\unrestrict a\n")).rejects.toMatchObject({
      class: "file.psql",
      location: { line: 2 },
    });
  });

  test("the guard lines of pg_dump are dropped", async () => {
    const file = await parseText("\\restrict a'b\n\nselect 1;\n\\unrestrict a'b\n");
    expect(file.statements).toMatchObject([{ text: "select 1", line: 3, start: 15 }]);
  });

  test.each([
    ["\\i a.sql", "Put the SQL"],
    ["select 1;\n\\ir a.sql", "Put the SQL"],
    ["\\copy t from 'a'", "copy … from stdin"],
    ["\\connect other", "runs in the database of the run"],
    ["\\c", "lockstep:role"],
    ["\\set a 1", "placeholder"],
    ["select 1 \\gexec", "`do` block"],
    ["\\echo a", "raise notice"],
    ["\\if true", "do $$"],
    ["\\timing on", "without psql"],
    ["select 1;\n\\.\n", "no `copy … from stdin` data"],
    ["select 1 \\restrict a", "without psql"],
    ["select :'name'", "placeholder"],
    ["select :name", "placeholder"],
  ])("%j is refused with advice", async (text, action) => {
    await expect(parseText(text)).rejects.toMatchObject({
      class: "file.psql",
      action: expect.stringContaining(action),
      location: { line: text.split("\n").findIndex((line) => /[\\:]/.test(line)) + 1 },
    });
  });

  test("backslashes and colons in strings, casts and slices are SQL", async () => {
    expect(await textsOf("select '\\i', a[1:2], b::text -- \\i\n")).toHaveLength(1);
  });
});

describe("copy rows", () => {
  const rowsOf = async (source: string) => {
    const bytes = Buffer.from(source, "utf8");
    const { statements } = await parseText(bytes);
    return statements.map(({ text, copyData }) =>
      copyData === undefined ? text : [text, bytes.toString("utf8", copyData.start, copyData.end)],
    );
  };

  test("are cut out and found again, in text and CSV, with either line ending", async () => {
    const source =
      "copy t from stdin;\n1;\t'\\\\.\n\\.\nselect 1;\n" +
      "COPY s.b (x, y) FROM STDIN WITH (FORMAT csv); -- c\r\n'\"é\r\nx\\.\r\n\\.\r\nselect 2";
    expect(await rowsOf(source)).toEqual([
      ["copy t from stdin", "1;\t'\\\\.\n"],
      "select 1",
      ["COPY s.b (x, y) FROM STDIN WITH (FORMAT csv)", "'\"é\r\nx\\.\r\n"],
      "select 2",
    ]);
  });

  test("may be empty, and may end with the file", async () => {
    expect(await rowsOf("copy t from stdin;\n\\.\nselect 1")).toEqual([
      ["copy t from stdin", ""],
      "select 1",
    ]);
    expect(await rowsOf("copy t from stdin;\n1\n2")).toEqual([["copy t from stdin", "1\n2"]]);
    expect(await rowsOf("copy t from stdin;\n1\n\\.")).toEqual([["copy t from stdin", "1\n"]]);
    expect(await rowsOf("copy t from stdin")).toEqual([["copy t from stdin", ""]]);
  });

  test("lines behind the rows are counted right", async () => {
    const { statements } = await parseText("copy t from stdin;\n1\n2\n\\.\n\nselect 1");
    expect(statements[1]!.line).toBe(6);
  });

  test.each([
    "copy t to stdout",
    "copy t from '/tmp/a'",
    "copy (select a from stdin) to stdout",
    "copy t from program 'a'",
  ])("%s has none", async (text) => {
    expect(await rowsOf(`${text};\nselect 1`)).toEqual([text, "select 1"]);
  });

  test("more SQL on the line of the COPY is refused", async () => {
    await expect(parseText("copy t from stdin; select 1;\n1\n\\.\n")).rejects.toMatchObject({
      class: "file.invalid",
      location: { line: 1, column: 20 },
    });
  });

  test("the binary format is refused", async () => {
    const text = "copy t from stdin (format binary);\n";
    await expect(parseText(text)).rejects.toMatchObject({ class: "file.invalid" });
  });

  test("a large file is not copied", async () => {
    const row = Buffer.from("1\tsome text of a row\n");
    const size = 64 * 1024 * 1024;
    const bytes = Buffer.concat([
      Buffer.from("copy t from stdin;\n"),
      Buffer.alloc(Math.floor(size / row.length) * row.length, row),
      Buffer.from("\\.\nselect 1;\n"),
    ]);
    const before = process.memoryUsage();
    const { statements } = await parseText(bytes);
    const after = process.memoryUsage();
    expect(statements).toHaveLength(2);
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    expect(grown).toBeLessThan(size / 4);
  });
});

describe("placeholders", () => {
  test("are replaced in names, strings and bodies, but not in rows", async () => {
    const source =
      "create table ${schema}.t (a text default '${word}');\ncopy ${schema}.t from stdin;\n${word}\n\\.\ndo $$${body}$$; select '${un fit}'";
    const bytes = Buffer.from(source);
    const file = await parseText(bytes, { schema: "é", word: "", body: "begin end" });
    expect(file.statements.map(({ text }) => text)).toEqual([
      "create table é.t (a text default '')",
      "copy é.t from stdin",
      "do $$begin end$$",
      "select '${un fit}'",
    ]);
    const { copyData } = file.statements[1]!;
    expect(bytes.toString("utf8", copyData!.start, copyData!.end)).toBe("${word}\n");
    const sources = file.statements.map(({ start, end }) => bytes.toString("utf8", start, end));
    expect(sources[0]).toBe("create table ${schema}.t (a text default '${word}')");
    expect(sources[2]).toBe("do $$${body}$$");
  });

  test("one without a value is refused where it stands, except in a comment", async () => {
    await expect(parseText("-- ${b}\nselect\n ${b}", { a: "" })).rejects.toMatchObject({
      class: "file.placeholder",
      what: expect.stringContaining("${b}"),
      location: { line: 3, column: 2 },
      notes: ["Defined: `a`."],
    });
  });

  test("are left alone when none are configured", async () => {
    expect(await textsOf("select '${a}'")).toEqual(["select '${a}'"]);
  });
});

describe("transaction control", () => {
  test.each(["begin", "BEGIN WORK", "start transaction"])(
    "%s … commit around the file is taken off",
    async (begin) => {
      const file = await parseText(`-- a\n${begin};\nselect 1;\nsavepoint a;\nend -- b\n;`);
      expect(file.ownTransaction).toBe(true);
      expect(file.statements.map(({ ordinal, text }) => [ordinal, text])).toEqual([
        [1, "select 1"],
        [2, "savepoint a"],
      ]);
    },
  );

  test("savepoints are the author's", async () => {
    const file = await parseText("savepoint a; rollback to a; release a");
    expect(file).toMatchObject({ ownTransaction: false, statements: { length: 3 } });
  });

  test.each([
    ["select 1;\ncommit;\nselect 2", 2, "transaction statement"],
    ["begin;\nselect 1;\ncommit;\nselect 2", 1, "transaction statement"],
    ["begin;\nselect 1;\nrollback", 1, "transaction statement"],
    ["begin;\nselect 1;\ncommit and chain", 1, "transaction statement"],
    ["begin;\nselect 1", 1, "Add `commit;`"],
    ["begin isolation level serializable;\nselect 1;\ncommit", 1, "Remove the options"],
    ["select 1;\nprepare transaction 'a'", 2, "transaction statement"],
    ["commit prepared 'a'", 1, "transaction statement"],
    ["abort", 1, "transaction statement"],
  ])("%j is refused", async (text, line, action) => {
    await expect(parseText(text)).rejects.toMatchObject({
      class: "file.invalid",
      action: expect.stringContaining(action),
      location: { line },
    });
  });

  test("every further line is named", async () => {
    await expect(parseText("commit;\nselect 1;\ncommit")).rejects.toMatchObject({
      notes: ["Also line 3: `commit`.", expect.stringContaining("--format numbered")],
    });
  });
});

describe("text that the parser cannot read", () => {
  test("is left to the server as a whole", async () => {
    const text = "-- lockstep:role a\nselect 1;\n-- 😀\nfrobnicate everything;";
    const file = await parseText(`\ufeff${text}`);
    expect(file).toMatchObject({
      statements: [],
      directives: { role: "a" },
      opaque: { text, line: 4, reason: 'syntax error at or near "frobnicate"' },
    });
    expect(opaqueLocation(file, [...text].indexOf("f", 30) + 1)).toMatchObject({
      line: 4,
      column: 1,
    });
  });

  test.each([
    ["rows have to be cut out", "copy t from stdin;\n1\n\\.\nfrobnicate", 4],
    ["a guard line has to be cut out", "\\restrict a\nfrobnicate", 2],
    ["it ends the transaction", "begin;\nfrobnicate;\ncommit", 2],
    ["it rolls back", "frobnicate;\nrollback", 1],
  ])("is a syntax error where %s", async (_name, text, line) => {
    await expect(parseText(text)).rejects.toMatchObject({ class: "syntax", location: { line } });
  });

  test("includes literals continued behind a comment, which only the server takes", async () => {
    // PostgreSQL 15 answers ab'c; libpg-query 18.1.5 keeps comments as tokens and rejects it.
    const { opaque } = await parseText("select E'a'\n -- ';\n 'b\\'c'; create table t ()");
    expect(opaque).toMatchObject({ line: 3 });
  });

  test("may prepare statements, go back to savepoints and have atomic bodies", async () => {
    const text =
      "frobnicate; prepare a as select 1; rollback to a; create function f() returns int begin atomic select 1; end;";
    expect((await parseText(text)).opaque?.text).toBe(text);
  });
});
