import { expect, it } from "vitest";
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
