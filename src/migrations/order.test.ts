import { expect, test } from "vitest";

import type { Migration } from "./migration.ts";
import { orderRepeatables, type RepeatableNames } from "./order.ts";
import { migrationsFromData } from "./from-data.ts";

function item(name: string, defines: string[], needs: string[]): RepeatableNames {
  const [migration] = migrationsFromData([{ name: `R__${name}.sql`, sql: "" }]);
  return { migration: migration as Migration, defines, needs };
}

function names(items: RepeatableNames[]): string[] {
  return orderRepeatables(items).order.map((migration) => migration.name);
}

test("without dependencies repeatables run by name", () => {
  expect(names([item("b", [], []), item("c", [], []), item("a", [], [])])).toEqual(["a", "b", "c"]);
});

test("what defines an object runs before what needs it, and the rest stays by name", () => {
  const items = [
    item("a", ["v1"], ["v2"]),
    item("b", [], []),
    item("z", ["v2"], ["users"]),
    item("y", [], ["v1"]),
  ];
  expect(names(items)).toEqual(["b", "z", "a", "y"]);
});

test("an object that needs itself is no cycle", () => {
  const result = orderRepeatables([item("b", ["f"], ["f"]), item("a", [], ["f"])]);
  expect(result.order.map((migration) => migration.name)).toEqual(["b", "a"]);
  expect(result.warnings).toEqual([]);
});

test("a cycle runs by name with a warning, still between its neighbours", () => {
  const result = orderRepeatables([
    item("a_after", [], ["x"]),
    item("c", ["x"], ["y"]),
    item("b", ["y"], ["x", "base"]),
    item("z_base", ["base"], []),
  ]);
  expect(result.order.map((migration) => migration.name)).toEqual(["z_base", "b", "c", "a_after"]);
  expect(result.warnings).toEqual([
    "The repeatable migrations `R__b`, `R__c` need each other in a circle; they run in the order of their names.",
  ]);
});

test("the order does not depend on the order of the input", () => {
  const items = [
    item("a", ["1"], ["2"]),
    item("b", ["2"], ["3"]),
    item("c", ["3"], ["1"]),
    item("d", [], ["1"]),
  ];
  expect(names(items.toReversed())).toEqual(names(items));
});
