import fc from "fast-check";
import { expect, test } from "vitest";
import { parseText } from "./test-parse.ts";
import { splitMixed } from "./split-mixed.ts";

const STATEMENTS = [
  "select 1",
  "select 'a;b', '--', '/*', 'it''s'",
  "select E'\\';\\\\', e'a''b'",
  "select E'a'\n \t 'b\\'c;'",
  "select U&'d\\0061t;', U&\"d!0061;\" UESCAPE '!' from t",
  "select b'01', x'ff', n';'",
  'create table "a;""b--" ("größe😀" text default \'é;\')',
  "do $$ begin perform ';'; end $$",
  "do $a$ begin perform '$$;'; end $a$",
  "create function f$1() returns int language sql as $é1$ select 1; -- $$ \n$é1$",
  "create procedure p() begin atomic select case when true then 1 end; select 2; end",
  "create rule r as on insert to t do also (select 1; select 2)",
  "select 1 /* a ; /* nested ' */ */ + -- ; '\n 2",
  'select a$b$c, $1::int, t."x"[1:2] from t',
  "prepare q as select $1",
  "create index concurrently i on t (a)",
  "vacuum (full, analyze) t",
  "alter type m add value 'fine'",
  "set search_path = a",
];
const COPIES = [
  { statement: "copy t from stdin", rows: "1;\t'\n\\\\.\n" },
  { statement: "COPY s.t (a) FROM STDIN (FORMAT csv)", rows: 'a,"b\r\n$$;é\r\n' },
  { statement: "copy t from stdin", rows: "" },
];
const GAPS = [
  "",
  " ",
  "\n",
  "\r\n",
  "\r",
  "\t\f",
  "-- c; 'é😀\n",
  "-- $$\r\n",
  "/* ; ' /* \" */ */",
];

const gap = fc.array(fc.constantFrom(...GAPS), { maxLength: 4 }).map((parts) => parts.join(""));

interface Expected {
  readonly text: string;
  readonly rows?: string;
}

const plain = fc.tuple(gap, fc.constantFrom(...STATEMENTS), gap).map(([before, text, after]) => ({
  source: `${before}${text}${after};`,
  expected: { text } as Expected,
}));
const copy = fc
  .tuple(
    gap,
    fc.constantFrom(...COPIES),
    fc.constantFrom("", " ", " -- c;"),
    fc.constantFrom("\n", "\r\n"),
  )
  .map(([before, { statement, rows }, after, ending]) => ({
    source: `${before}${statement};${after}${ending}${rows}\\.${ending}`,
    expected: { text: statement, rows } as Expected,
  }));
const empty = gap.map((text) => ({ source: `${text};`, expected: undefined }));
const item = fc.oneof({ weight: 6, arbitrary: plain }, { weight: 2, arbitrary: copy }, empty);

const file = fc
  .tuple(fc.constantFrom("", "\ufeff"), fc.array(item, { maxLength: 8 }), gap)
  .map(([bom, items, end]) => ({
    source: bom + items.map(({ source }) => source).join("") + end,
    expected: items.flatMap(({ expected }) => (expected === undefined ? [] : [expected])),
  }));

function lineOf(source: string, byteOffset: number): number {
  const before = Buffer.from(source).toString("utf8", 0, byteOffset);
  // A cut between CR and LF cannot happen: an offset is the start of a token.
  return before.split(/\r\n|\r|\n/).length;
}

test("any file of statements, comments, rows and line endings is taken apart byte for byte", async () => {
  await fc.assert(
    fc.asyncProperty(file, async ({ source, expected }) => {
      const bytes = Buffer.from(source, "utf8");
      const { statements } = await parseText(bytes);
      const seen = statements.map(({ text, copyData }): Expected => {
        if (copyData === undefined) return { text };
        return { text, rows: bytes.toString("utf8", copyData.start, copyData.end) };
      });
      expect(seen).toEqual(expected);
      for (const { text, start, end, line } of statements) {
        expect(bytes.toString("utf8", start, end)).toBe(text);
        expect(line).toBe(lineOf(source, start));
      }
    }),
    { numRuns: 400 },
  );
});

test("the parts of a split file have every statement and its rows, in order", async () => {
  await fc.assert(
    fc.asyncProperty(file, async ({ source, expected }) => {
      const bytes = Buffer.from(source, "utf8");
      const parsed = await parseText(bytes);
      const seen: Expected[] = [];
      const settings = new Set(["set search_path = a"]);
      for (const part of splitMixed(parsed, bytes)) {
        const partBytes = Buffer.from(part.text, "utf8");
        for (const { text, copyData } of (await parseText(partBytes)).statements) {
          if (settings.has(text)) continue;
          if (copyData === undefined) seen.push({ text });
          else seen.push({ text, rows: partBytes.toString("utf8", copyData.start, copyData.end) });
        }
      }
      expect(seen).toEqual(expected.filter(({ text }) => !settings.has(text)));
    }),
    { numRuns: 200 },
  );
});
