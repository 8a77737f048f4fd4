import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Edit } from "../lint/finding.ts";
import { applyEdits } from "./apply-edits.ts";

function edited(text: string, ...fixes: readonly (readonly Edit[])[]): string {
  return applyEdits(Buffer.from(text), fixes).bytes.toString("utf8");
}

/** Behind the first `word`. */
function behind(text: string, word: string, insert: string): Edit {
  const at = Buffer.from(text.slice(0, text.indexOf(word) + word.length)).length;
  return { start: at, end: at, text: insert };
}

describe("edits", () => {
  test("of several fixes are applied in one pass", () => {
    const text = "create index a; drop table b;";
    expect(
      edited(text, [behind(text, "table", " if exists")], [behind(text, "index", " concurrently")]),
    ).toBe("create index concurrently a; drop table if exists b;");
  });

  test("count in bytes, behind a BOM and letters of several bytes", () => {
    const text = "\ufeffselect 'é😀'; create index a;";
    expect(edited(text, [behind(text, "index", " concurrently")])).toBe(
      "\ufeffselect 'é😀'; create index concurrently a;",
    );
  });

  test("of one fix are applied together or not at all", () => {
    const fixes = [
      [{ start: 0, end: 3, text: "A" }],
      [
        { start: 2, end: 4, text: "B" },
        { start: 6, end: 7, text: "C" },
      ],
    ];
    const result = applyEdits(Buffer.from("0123456789"), fixes);
    expect(result).toMatchObject({ applied: 1, left: 1 });
    expect(result.bytes.toString()).toBe("A3456789");
  });

  test("that two findings propose in the same words are applied once", () => {
    const edit = { start: 1, end: 1, text: "x" };
    expect(edited("ab", [edit], [edit])).toBe("axb");
  });

  test("at one place in different words wait for the next pass", () => {
    const result = applyEdits(Buffer.from("ab"), [
      [{ start: 1, end: 1, text: "x" }],
      [{ start: 1, end: 1, text: "y" }],
    ]);
    expect(result).toMatchObject({ applied: 1, left: 1 });
    expect(result.bytes.toString()).toBe("axb");
  });

  test("take the line endings of the file", () => {
    expect(edited("a;\r\nb;\r\n", [{ start: 2, end: 2, text: "\nx;" }])).toBe("a;\r\nx;\r\nb;\r\n");
  });

  test("outside of the file are not applied", () => {
    expect(applyEdits(Buffer.from("ab"), [[{ start: 1, end: 9, text: "x" }]])).toMatchObject({
      applied: 0,
      left: 1,
    });
  });

  test("leave every other byte as it is", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.array(fc.tuple(fc.nat(40), fc.nat(5), fc.constantFrom("", "x", "yz"))),
        (array, raw) => {
          const bytes = Buffer.from(array);
          const fixes = raw.map(([start, length, text]) => [{ start, end: start + length, text }]);
          const result = applyEdits(bytes, fixes);
          expect(result.applied + result.left).toBe(fixes.length);
          const taken: Edit[] = [];
          for (const [edit] of fixes) {
            if (applyEdits(bytes, [...taken.map((one) => [one]), [edit!]]).left === 0)
              taken.push(edit!);
          }
          const kept = [...bytes].filter(
            (_, at) => !taken.some(({ start, end }) => at >= start && at < end),
          );
          const inserted = new Set(taken.map((one) => JSON.stringify(one)));
          const length = [...inserted].reduce(
            (sum, one) => sum + (JSON.parse(one) as Edit).text.length,
            0,
          );
          expect(result.bytes.length).toBe(kept.length + length);
        },
      ),
    );
  });
});
