import { expect, it } from "vitest";
import { lintFiles } from "./engine.ts";
import { loadParser } from "../sql/parser.ts";
import { readLintFile } from "./read-file.ts";

const SQL = "create table a (id int);\ninsert into a values (1);";

async function unitsOf(transaction?: "statement"): Promise<number[]> {
  const { units } = await readLintFile(
    {
      path: "1_a.mjs",
      text: "export const up = () => {};",
      reading: { generate: () => ({ sql: SQL, ...(transaction && { transaction }) }) },
    },
    { parser: await loadParser(), version: 18 },
  );
  return units.map(({ statements }) => statements.length);
}

it("divides the SQL that a builder makes as the runner does", async () => {
  expect(await unitsOf()).toEqual([2]);
  expect(await unitsOf("statement")).toEqual([1, 1]);
});

it("places what stands on a line behind something unreadable by characters", async () => {
  const text = 'alter tabel "äöü"; create index i on t (a);\n';
  const { findings } = await lintFiles({
    files: [{ path: "1_a.sql", text }],
    report: ["1_a.sql"],
    version: 18,
  });
  const index = findings.find(({ rule }) => rule === "index-not-concurrent");
  expect(index).toMatchObject({ line: 1, column: text.indexOf("create") + 1 });
});
