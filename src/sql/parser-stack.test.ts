// A file of its own: afterwards the parser of this process cannot be used any more.
import { expect, test } from "vitest";
import { Failure } from "../failures/failure.ts";
import { loadParser } from "./parser.ts";
import { walk } from "./tree.ts";

const sum = (terms: number): string => `select ${"1+".repeat(terms)}1`;

test("a text that overruns the parser's stack is refused, and so is every text behind it", async () => {
  const parser = await loadParser();
  const { stmts } = parser.parse(sum(6000));
  let constants = 0;
  walk(stmts, (type) => void (constants += type === "A_Const" ? 1 : 0));
  expect(constants).toBe(6001);

  expect(() => parser.parse(sum(15_000))).toThrow(Failure);
  expect(() => parser.parse("select 1")).toThrow(/nests deeper/);
});
