import type { Node } from "@pgsql/types";
import { expect, test } from "vitest";
import { loadParser } from "../sql/parser.ts";
import { columnsIn, expressionEquals } from "./columns-in.ts";

const parser = await loadParser();

function expression(sql: string): Node {
  const [statement] = parser.parse(`select ${sql}`).stmts;
  const node = statement?.stmt;
  const target = node && "SelectStmt" in node ? node.SelectStmt.targetList?.[0] : undefined;
  return target && "ResTarget" in target ? target.ResTarget.val! : { List: {} };
}

test.each([
  ["a", ["a"]],
  ["b + a * b", ["b", "a"]],
  ["t.a > 0 and s.t.b is null", ["a", "b"]],
  ['lower("Größe") || (c).field', ["Größe", "c"]],
  ["f(t.*)", []],
  ["1 + 2", []],
  ["case when a then b else c end", ["a", "b", "c"]],
])("the columns in %s", (sql, columns) => {
  expect(columnsIn(expression(sql))).toEqual(columns);
});

test.each([
  ["a > 0", "a   >  0", true],
  ["a > 0", "a > 1", false],
  ["a > 0", "b > 0", false],
  ["lower(a)", "lower ( a )", true],
  ["lower(a)", "upper(a)", false],
  ["array[1, 2]", "array[1]", false],
  ["a", "a + 1", false],
])("%s and %s", (left, right, same) => {
  expect(expressionEquals(expression(left), expression(right))).toBe(same);
  expect(expressionEquals(expression(right), expression(left))).toBe(same);
});
