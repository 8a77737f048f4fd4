import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDate, parseAllow } from "./parse-allow.ts";
import { ALLOW_RULES } from "./allow-rules.ts";
import { suppressed } from "./suppress.fixture.ts";

const ALLOW = "-- lockstep:allow index-not-concurrent The table is small.";

const hidden = async (text: string) => (await suppressed(text)).suppressed;

describe("where a comment holds", () => {
  test.each([
    ["above its statement", `select 1;\n${ALLOW}\nselect 2;\nselect 3;`, [2]],
    ["above others' comments", `select 1;\n${ALLOW}\n-- é\n/* x */\nselect 2;`, [2]],
    ["above an empty line further down", `select 1;\n${ALLOW}\n\nselect 2;`, [2]],
    ["behind it on its line", `select 1;\nselect\n 2; ${ALLOW}\nselect 3;`, [2]],
    ["behind the last of a line", `select 1; select 2; ${ALLOW}\nselect 3;`, [2]],
    ["inside", `select 1;\nselect -- lockstep:allow index-not-concurrent It is.\n 2;`, [2]],
    [
      "inside, in a block",
      "select 1; select /* lockstep:allow index-not-concurrent Why. */ 2;",
      [2],
    ],
    ["above the first, at once", `${ALLOW}\nselect 1;\nselect 2;`, [1]],
    ["at the top, for the file", `${ALLOW}\n\nselect 1;\nselect 2;`, [1, 2]],
    [
      "at the top, among others",
      `-- Title.\n${ALLOW}\n-- more\n \t\r\nselect 1; select 2;`,
      [1, 2],
    ],
    ["at the top, behind a BOM", `\ufeff${ALLOW}\r\n\r\nselect 1;\r\nselect 2;`, [1, 2]],
    ["above the author's BEGIN", `${ALLOW}\nbegin;\nselect 1;\nselect 2;\ncommit;`, [1]],
    ["in a string", `select '\n${ALLOW}\n';\nselect 2;`, []],
    ["in a body", `do $$\n${ALLOW}\nbegin end $$;\nselect 2;`, []],
  ])("%s", async (_name, text, statements) => {
    expect(await hidden(text)).toEqual(statements.map((one) => `index-not-concurrent@${one}`));
  });

  test("`allow-file` holds for the file wherever it stands", async () => {
    const file = "-- lockstep:allow-file file-rule, drop-table It is so.";
    const outcome = await suppressed(`select 1;\n${file}\nselect 2;`);
    expect(outcome.suppressed).toEqual(["drop-table@1", "drop-table@2", "file-rule@0"]);
    expect(outcome.extra).toEqual([]);
  });

  test("rows of COPY are no SQL: their quotes open no string", async () => {
    const text = `copy t from stdin;\nit's\t-- lockstep:allow nothing\n\\.\n${ALLOW}\nselect 2;`;
    const outcome = await suppressed(text);
    expect(outcome.suppressed).toEqual(["index-not-concurrent@2"]);
    expect(outcome.extra).toEqual([]);
  });
});

describe("what is wrong with a comment", () => {
  const extra = async (comment: string) => (await suppressed(`${comment}\nselect 1;`)).extra;

  test("an unknown rule, with the nearest, at its place behind other letters", async () => {
    const text = "select 'é😀'; /* lockstep:allow drop-tabel Très bien. */";
    const { extra, findings, kept } = await suppressed(text);
    expect(extra).toEqual([
      "allow-unknown-rule 1:32 `drop-tabel` is not a rule; did you mean `drop-table`?",
    ]);
    expect(findings[0]).toMatchObject({ severity: "error", kind: "process", endColumn: 42 });
    const [edit] = findings[0]!.fix!.edits;
    const bytes = Buffer.from(text);
    expect(bytes.toString("utf8", edit!.start, edit!.end)).toBe("drop-tabel");
    expect(kept).toContain("drop-table@1");
  });

  test("of several rules, the known ones hold", async () => {
    const outcome = await suppressed("-- lockstep:allow drop-table, frobnicate Why.\nselect 1;");
    expect(outcome.suppressed).toEqual(["drop-table@1"]);
    expect(outcome.extra).toEqual(["allow-unknown-rule 1:31 `frobnicate` is not a rule."]);
  });

  test.each([
    "-- lockstep:allow drop-table",
    "-- lockstep:allow drop-table, index-not-concurrent  -- ",
    "-- lockstep:allow drop-table until=2099-01-01",
    "/* lockstep:allow drop-table */",
  ])("%s: no reason", async (comment) => {
    const outcome = await suppressed(`${comment}\nselect 1;`);
    expect(outcome.suppressed).toEqual([]);
    expect(outcome.extra).toHaveLength(1);
    expect(outcome.extra[0]).toMatch(/^allow-without-reason 1:1 .* does not say why/);
  });

  test("a day that is over, that day itself, and no day", async () => {
    const until = (day: string) => extra(`-- lockstep:allow drop-table It goes. until=${day}`);
    expect(await until("2026-06-15")).toEqual([]);
    expect(await until("2026-06-14")).toEqual([
      "allow-expired 1:1 `lockstep:allow drop-table` held until 2026-06-14 and allows nothing since then.",
    ]);
    for (const day of ["2026-02-30", "15.6.2026", "soon"]) {
      expect((await until(day))[0]).toMatch(
        new RegExp(`^allow-expired 1:1 \`until=${day}\` is no`),
      );
    }
    expect((await until(""))[0]).toMatch(/^allow-expired 1:1 `until=` has no day/);
  });

  test("no rule at all", async () => {
    expect((await extra("-- lockstep:allow"))[0]).toMatch(/^allow-unknown-rule .* names no rule/);
  });

  test("one that is not needed, with its removal", async () => {
    const text = "select 1; -- lockstep:allow file-rule Why.\nselect 2;\n";
    const outcome = await suppressed(text);
    expect(outcome.extra).toEqual([
      "allow-unused 1:11 The comment allows `file-rule`, and the finding is about the file, and `lockstep:allow-file` allows it.",
    ]);
    expect(outcome.findings[0]).toMatchObject({ severity: "warning" });
    expect(without(text, outcome.findings[0]!.fix!.edits[0]!)).toBe("select 1;\nselect 2;\n");
  });

  test("the removal takes the whole line", async () => {
    const text = `select 1;\r\n  ${ALLOW}\r\nselect 2;\r\n`;
    const { findings } = await suppressed(text, ["drop-table"]);
    expect(without(text, findings[0]!.fix!.edits[0]!)).toBe("select 1;\r\nselect 2;\r\n");
  });

  test("behind the last statement it stands at nothing", async () => {
    const { extra } = await suppressed(`select 1;\n${ALLOW}\n`);
    expect(extra).toEqual([
      "allow-unused 2:1 The comment allows `index-not-concurrent`, and no statement comes after it.",
    ]);
  });

  test("of rules that did not look nobody knows", async () => {
    const over = { active: new Set(["drop-table"]) };
    expect((await suppressed(`${ALLOW}\nselect 1;`, ["drop-table"], over)).extra).toEqual([]);
  });
});

describe.each(ALLOW_RULES.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  const rules = async (text: string) =>
    (
      await suppressed(
        text,
        text.includes("create index")
          ? ["index-not-concurrent"]
          : text.includes("drop")
            ? ["drop-table"]
            : [],
      )
    ).findings.map((one) => one.rule);

  test("its examples", async () => {
    for (const { sql } of rule.bad) expect(await rules(sql)).toEqual([id]);
    for (const { sql } of rule.good) expect(await rules(sql)).toEqual([]);
  });
});

describe("the text of a comment", () => {
  test.each([
    ["-- lockstep:allow a-b Because.", ["a-b"], "Because."],
    ["--lockstep : ALLOW a,b , c: it is so", ["a", "b", "c"], "it is so"],
    ["-- lockstep:allow a — weil es so ist", ["a"], "weil es so ist"],
    ["-- lockstep:allow a -- 表は小さい", ["a"], "表は小さい"],
    ["/* lockstep:allow a one\n two */", ["a"], "one\n two"],
  ])("%j", (text, names, reason) => {
    const allow = parseAllow(text)!;
    expect(allow.names.map(({ name }) => name)).toEqual(names);
    expect(allow.reason).toBe(reason);
  });

  test("the index of a name leads to it", () => {
    const name = fc.stringMatching(/^[a-z]+(?:-[a-z]+){0,2}$/);
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(",", " , "),
        (names, comma) => {
          const text = `-- lockstep:allow ${names.join(comma)} Étonnant.`;
          const allow = parseAllow(text)!;
          expect(
            allow.names.map(({ name: one, index }) => text.slice(index, index + one.length)),
          ).toEqual(names);
          expect(allow.reason).toBe("Étonnant.");
        },
      ),
    );
  });

  test("others are none of it", () => {
    expect(parseAllow("-- lockstep:role a")).toBeUndefined();
    expect(parseAllow("-- allow a b")).toBeUndefined();
  });

  test("days", () => {
    expect(["2024-02-29", "2023-02-29", "2024-13-01", "24-1-1"].map(isDate)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

function without(text: string, { start, end }: { start: number; end: number }): string {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]).toString("utf8");
}
