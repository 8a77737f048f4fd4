/**
 * What `lockstep up` loads before it knows whether anything is pending. Each pod pays for it at
 * each start, so the list of packages is a promise, kept by reading the static imports.
 */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const SRC = resolve(import.meta.dirname, "..");
const STATIC_IMPORT = /^(?:import|export)\s+(?!type\b)(?:[^;"]*?\sfrom\s+)?"([^"]+)"/gm;

interface Graph {
  readonly own: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
}

/** Everything that is loaded with these files; `import()` and `import type` load nothing. */
function staticGraph(...entries: readonly string[]): Graph {
  const own = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string): void => {
    if (own.has(file)) return;
    own.add(file);
    if (!existsSync(file)) return;
    for (const [, from = ""] of readFileSync(file, "utf8").matchAll(STATIC_IMPORT)) {
      if (from.startsWith(".")) visit(join(dirname(file), from));
      else if (!from.startsWith("node:")) packages.add(from);
    }
  };
  for (const entry of entries) visit(join(SRC, entry));
  return { own: new Set([...own].map((file) => relative(SRC, file))), packages };
}

test("the imports are found at all", () => {
  const graph = staticGraph("cli/dispatch.ts", "cli/confirm.ts", "config/config-schema.ts");
  expect([...graph.own]).toContain("cli/commands.ts");
  expect([...graph.packages].sort()).toEqual(["@stricli/core", "valibot"]);
});

test("the entry loads no package and no command", () => {
  const { own, packages } = staticGraph("cli/main.ts");
  expect([...packages]).toEqual([]);
  expect([...own].filter((file) => file.startsWith("cli/command"))).toEqual([]);
});

test("finding the command loads nothing but stricli", () => {
  const { own, packages } = staticGraph("cli/dispatch.ts");
  expect([...packages]).toEqual(["@stricli/core"]);
  expect([...own].filter((file) => file.startsWith("cli/commands/"))).toEqual([]);
});

test("`up` with nothing pending loads pg, and neither parser, jiti, valibot, prompts nor sandbox", () => {
  const { own, packages } = staticGraph("cli/main.ts", "cli/commands/up.ts");
  // pg-protocol is a part of pg.
  const allowed = new Set(["pg", "pg-protocol"]);
  expect([...packages].filter((name) => !allowed.has(name))).toEqual([]);
  const heavy =
    /^(?:sandbox\/|sql\/parser\.ts|config\/config-schema\.ts|migrations\/load-module\.ts)/;
  expect([...own].filter((file) => heavy.test(file))).toEqual([]);
});

test("reading a folder of another tool parses nothing, and one of ours loads no format", () => {
  const foreign = staticGraph("formats/read-foreign.ts");
  expect([...foreign.own]).toContain("formats/dbmate.ts");
  expect([...foreign.own].filter((file) => file.startsWith("sql/parser"))).toEqual([]);
  expect([...foreign.packages]).toEqual([]);
  const own = staticGraph("formats/read-source.ts");
  expect([...own.own].filter((file) => file.startsWith("formats/"))).toEqual([
    "formats/read-source.ts",
  ]);
});
