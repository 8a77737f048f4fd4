import { expect, test } from "vitest";
import type { MigrationFile } from "./migration.ts";
import { phaseOf, phaseOfModule } from "./phase.ts";

function phase(text: string): ReturnType<typeof phaseOf> {
  const file = { bytes: Buffer.from(text) };
  return phaseOf({ up: file });
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

test("block comments and any end of line may stand before it", () => {
  const contract = { phase: "contract" };
  expect(phase("/* a licence /* nested */ */\n-- lockstep:phase contract\n")).toEqual(contract);
  expect(phase("/** a module */\n// lockstep:phase contract\nimport 'x'")).toEqual(contract);
  expect(phase("-- a\r-- lockstep:phase contract\rselect 1")).toEqual(contract);
  expect(phase("/* a */ --lockstep:phase contract")).toEqual(contract);
  expect(phase("/* never ends\n-- lockstep:phase contract\n")).toEqual({});
});

test("a head that is longer than usual is read to its end", () => {
  for (const length of [16_370, 16_384, 16_390, 40_000]) {
    const licence = `-- ${"x".repeat(length)}\n`;
    expect(phase(`${licence}-- lockstep:phase contract\nselect 1`)).toEqual({ phase: "contract" });
    expect(phase(`/* ${licence}*/-- lockstep:phase expand\n`)).toEqual({ phase: "expand" });
  }
});

test.each([
  ["// lockstep:phas contract", "Write `lockstep:phase`.", 1],
  ["// x\n// lockstep:phase contrat", "Write one of `expand`", 2],
  ["// lockstep:after 1", "Add `lockstep:phase contract`", 1],
  ["// lockstep:phase contract\n// lockstep:after", "Write a version.", 2],
  ["// lockstep:transaction none", "its exports say", 1],
  ["export {}\n\n  // lockstep:phase contract\n", "Move it to the top", 3],
])("in a module, %j is refused with its place", (text, action, line) => {
  const file = { path: "1_a.ts", bytes: Buffer.from(text) } as unknown as MigrationFile;
  expect(() => phaseOfModule({ up: file })).toThrow(
    expect.objectContaining({
      class: "file.directive",
      action: expect.stringContaining(action),
      location: { file: "1_a.ts", line, column: 1 },
    }),
  );
});

test("a block comment of a module ends at its first end", () => {
  const bytes = Buffer.from("/* a /* b */\n// lockstep:phase contract\n");
  expect(phaseOf({ up: { bytes }, language: "module" })).toEqual({ phase: "contract" });
  expect(phaseOf({ up: { bytes }, language: "sql" })).toEqual({});
});

test("what the linter reads may stand beside it in a module", () => {
  const text = "// lockstep:allow-file a-rule Because.\n// lockstep:phase backfill\n";
  const file = { path: "1_a.ts", bytes: Buffer.from(text) } as unknown as MigrationFile;
  expect(phaseOfModule({ up: file })).toEqual({ phase: "backfill" });
});
