import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { RULES } from "./registry.ts";

const SECTIONS = new URL("./rules/", import.meta.url);

it("has every file of rules/, named after its rule", () => {
  const files = readdirSync(SECTIONS, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "support")
    .flatMap((section) => readdirSync(new URL(`${section.name}/`, SECTIONS)))
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => name.slice(0, -".ts".length));
  expect(RULES.map(({ id }) => id).toSorted()).toEqual(files.toSorted());
});

it("has ids in kebab-case, each once, and texts that are sentences", () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  for (const { id, summary, why, instead } of RULES) {
    expect(id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(summary, id).toMatch(/^[A-Z`].*[^.]$/);
    expect(why, id).toMatch(/[.)]$/);
    expect(instead, id).toMatch(/[.)]$/);
  }
});
