import { describe, expect, test } from "vitest";
import { foreignRulesOf } from "./foreign-comments.ts";
import { suppressed } from "./suppress.fixture.ts";

const hidden = async (text: string) => (await suppressed(text)).suppressed;

describe("Squawk", () => {
  test.each([
    [
      "on the line before",
      "select 1;\n-- squawk-ignore ban-drop-table\nselect 2;",
      ["drop-table@2"],
    ],
    [
      "on the line itself",
      "select 1;\nselect 2; -- squawk-ignore ban-drop-table",
      ["drop-table@2"],
    ],
    [
      "several, and one that we do not have",
      "-- squawk-ignore ban-drop-table,prefer-robust-stmts , require-concurrent-index-creation\nselect 1;",
      ["index-not-concurrent@1", "drop-table@1"],
    ],
    ["in a block", "/* squawk-ignore ban-drop-table */\nselect 1;", ["drop-table@1"]],
    ["with a remark", "-- squawk-ignore ban-drop-table -- It is old.\nselect 1;", ["drop-table@1"]],
    [
      "not over another comment",
      "select 0;\n\n-- squawk-ignore ban-drop-table\n-- x\nselect 1;",
      [],
    ],
    ["inside", "select 0;\n\nselect\n-- squawk-ignore ban-drop-table\n1;", ["drop-table@2"]],
    ["one that only we do not have", "-- squawk-ignore prefer-robust-stmts\nselect 1;", []],
    ["another word", "-- squawk-ignored ban-drop-table\nselect 1;", []],
    [
      "without a name",
      "-- é\n-- squawk-ignore\nselect 1;\nselect 2;",
      ["index-not-concurrent@1", "drop-table@1"],
    ],
    [
      "for the file, wherever it stands",
      "select 1;\n\n\nselect 2;\n-- squawk-ignore-file ban-drop-table",
      ["drop-table@1", "drop-table@2"],
    ],
  ])("%s", async (_name, text, wanted) => {
    expect(await hidden(text)).toEqual(wanted);
  });

  test("all of a file", async () => {
    expect((await suppressed("select 1;\n-- squawk-ignore-file\nselect 2;")).kept).toEqual([]);
  });
});

describe("Atlas", () => {
  test.each([
    [
      "all of a statement",
      "-- atlas:nolint\nselect 1;\nselect 2;",
      ["index-not-concurrent@1", "drop-table@1"],
    ],
    ["a check", "select 1;\n-- atlas:nolint DS102 MF103\nselect 2;", ["drop-table@2"]],
    ["an analyzer", "--atlas:nolint destructive data_depend\nselect 1;", ["drop-table@1"]],
    [
      "an analyzer of indexes",
      "/*atlas:nolint concurrent_index*/\nselect 1;",
      ["index-not-concurrent@1"],
    ],
    ["a class", "-- atlas:nolint PG1\nselect 1;", ["index-not-concurrent@1"]],
    ["above more comments", "select 0;\n-- atlas:nolint DS102\n-- x\nselect 1;", ["drop-table@2"]],
    ["not over an empty line", "select 0;\n-- atlas:nolint DS102\n\nselect 1;", []],
    ["not from the statement's end", "select 0; -- atlas:nolint DS102\n\nselect 1;", []],
    ["the file", "-- atlas:nolint DS102\n\nselect 1;\nselect 2;", ["drop-table@1", "drop-table@2"]],
    ["the file, not from further down", "-- x\n\n-- atlas:nolint DS102\n\nselect 1;", []],
    ["another word", "-- atlas:nolinting DS102\nselect 1;", []],
  ])("%s", async (_name, text, wanted) => {
    expect(await hidden(text)).toEqual(wanted);
  });

  test("the whole file, with what is about the file", async () => {
    expect((await suppressed("-- Title.\n-- atlas:nolint\n\nselect 1;\nselect 2;")).kept).toEqual(
      [],
    );
  });
});

test("theirs need no reason and are never called unused", async () => {
  const { extra } = await suppressed("-- squawk-ignore nothing\n-- atlas:nolint XX999\nselect 1;");
  expect(extra).toEqual([]);
});

test("an id stands for every rule that has it", () => {
  const rules = foreignRulesOf([
    { id: "a", otherIds: { squawk: ["x"], atlas: ["PG301"] } },
    { id: "b", otherIds: { squawk: ["x", "y"], atlas: ["PG302"] } },
    { id: "c" },
  ]);
  expect(rules("squawk", "x")).toEqual(["a", "b"]);
  expect(rules("squawk", "y")).toEqual(["b"]);
  expect(rules("atlas", "PG3")).toEqual(["a", "b"]);
  expect(rules("atlas", "PG30")).toEqual([]);
});
