import { expect, test } from "vitest";
import type { MigrationFile } from "./migration.ts";
import { phaseOf } from "./phase.ts";

function phase(text: string): ReturnType<typeof phaseOf> {
  const file = { path: "1_a.sql", bytes: Buffer.from(text), checksum: "" };
  return phaseOf({ up: file as unknown as MigrationFile });
}

test("the phase and the version that code must ship stand in comments at the top", () => {
  expect(phase("-- lockstep:phase contract\n-- lockstep:after 20240101\nselect 1;")).toEqual({
    phase: "contract",
    after: "20240101",
  });
  expect(phase("\uFEFF-- a licence\r\n\r\n--  lockstep : phase   expand \r\nselect 1;")).toEqual({
    phase: "expand",
  });
  expect(phase("// lockstep:phase backfill\nexport const x = 1;")).toEqual({ phase: "backfill" });
});

test("what stands behind the first statement, or is no phase, says nothing", () => {
  expect(phase("select 1;\n-- lockstep:phase contract\n")).toEqual({});
  expect(phase("-- lockstep:phase later\nselect 1;")).toEqual({});
  expect(phase("")).toEqual({});
  expect(phase("-- no directive")).toEqual({});
});
