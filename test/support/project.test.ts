import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

import { project } from "./project.ts";

let previous: string;

test("a project has its files and its configuration", async () => {
  const { dir, write } = await project({
    files: { "migrations/1_a.sql": "select 1;" },
    config: { dir: "migrations" },
  });
  previous = dir;
  const path = await write("deep/er/2_b.sql", "select 2;");
  expect(readFileSync(join(dir, "migrations/1_a.sql"), "utf8")).toBe("select 1;");
  expect(readFileSync(path, "utf8")).toBe("select 2;");
  expect(JSON.parse(readFileSync(join(dir, "lockstep.config.json"), "utf8"))).toEqual({
    dir: "migrations",
  });
});

test("the project of the test before is gone", () => {
  expect(previous).toMatch(/lockstep-test-/);
  expect(existsSync(previous)).toBe(false);
});
