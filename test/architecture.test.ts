/**
 * The rules of ARCHITECTURE.md, checked against the syntax trees of src/. The table of rooms in
 * that file is itself the rule, so that the two cannot disagree.
 */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { parseAst } from "rolldown/parseAst";
import { describe, expect, test } from "vitest";
import { TOOL_VERSION } from "../src/version.ts";

const ROOT = join(import.meta.dirname, "..");
const SRC = join(ROOT, "src");
const MOST_LINES = 400;
/** The specifier of an `import(…)` whose argument is no literal. */
const COMPUTED = "(computed)";

interface Import {
  readonly from: string;
  /** As written. */
  readonly specifier: string;
  /** Relative to src/, for imports of ours. */
  readonly target: string | undefined;
  /** `import type`, erased before anything runs. */
  readonly typeOnly: boolean;
  /** `import(…)`: loaded when it is needed. */
  readonly dynamic: boolean;
}

interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** `console`, `process.exit`, `export default`: what the code does, by name. */
  readonly uses: ReadonlySet<string>;
}

/** The few properties of an ESTree node that are read here. */
interface Node {
  readonly type: string;
  readonly [key: string]: unknown;
}

const FILES = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((path) => path.split(sep).join("/"))
  .filter((path) => path.endsWith(".ts") && !/\.(?:test|fixture)\.ts$/.test(path))
  .toSorted()
  .map(readSource);
const IMPORTS = FILES.flatMap((file) => file.imports);

describe("rooms", () => {
  const allowed = readTable();

  test("every file of src/ is in a room of ARCHITECTURE.md", () => {
    const rooms = new Set(FILES.map(({ path }) => roomOf(path)));
    expect([...rooms].toSorted()).toEqual([...allowed.keys()].toSorted());
  });

  test("imports go down only, as the table says", () => {
    const wrong = IMPORTS.filter(({ from, target }) => {
      if (target === undefined || roomOf(target) === roomOf(from)) return false;
      // The version is a constant that everybody may name.
      if (target === "version.ts") return false;
      return !allowed.get(roomOf(from))?.includes(roomOf(target));
    });
    expect(wrong.map(({ from, target }) => `${from} -> ${target}`)).toEqual([]);
  });

  test("the table itself has one direction", () => {
    const edges = [...allowed].flatMap(([from, rooms]) => rooms.map((to) => [from, to] as const));
    expect(cycles([...allowed.keys()], edges)).toEqual([]);
  });
});

describe("packages", () => {
  const ONLY: readonly (readonly [package_: RegExp, where: RegExp])[] = [
    [/^pg(-protocol)?$/, /^postgres\//],
    [/^libpg-query$/, /^sql\/parser\.ts$/],
    [/^jiti$/, /^(migrations\/load-module|config\/load-config)\.ts$/],
    [/^valibot$/, /^config\//],
    [/^picomatch$/, /^lint\/suppress\//],
    [/^yaml$/, /^manifests\//],
    [/^vscode-languageserver(-textdocument|\/node)?$/, /^editor\//],
    [/^@stricli\/core$/, /^cli\//],
    [/^@clack\/prompts$/, /^cli\//],
    [/^@opentelemetry\//, /^telemetry\/otlp(-traces)?\.ts$/],
  ];

  test.each(ONLY)("%s is imported only in %s", (name, where) => {
    // Types of a package cost nothing and bind nothing but the compiler.
    const users = IMPORTS.filter((one) => name.test(one.specifier) && !one.typeOnly);
    expect(users.length, "the package is used somewhere").toBeGreaterThan(0);
    expect(users.map(({ from }) => from).filter((from) => !where.test(from))).toEqual([]);
  });

  test("no other package is imported", () => {
    const others = IMPORTS.filter(({ specifier, typeOnly }) => {
      if (typeOnly || specifier === COMPUTED) return false;
      if (specifier.startsWith(".") || specifier.startsWith("node:")) return false;
      return !ONLY.some(([name]) => name.test(specifier));
    });
    expect(others.map(({ from, specifier }) => `${from} -> ${specifier}`)).toEqual([]);
  });

  test("code of the user is imported only by the module loader and the configuration", () => {
    const computed = IMPORTS.filter(({ specifier }) => specifier === COMPUTED);
    expect([...new Set(computed.map(({ from }) => from))].toSorted()).toEqual([
      "config/load-config.ts",
      "migrations/load-module.ts",
    ]);
  });
});

test("every invariant that ARCHITECTURE.md lists is stated in its file", () => {
  const text = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
  const rows = [...text.matchAll(/^\| ([A-Z]) \| ([^|]*) \|/gm)];
  expect(rows.length).toBeGreaterThan(10);
  const silent = rows.flatMap(([, letter = "", cell = ""]) =>
    [...cell.matchAll(/`([^`]+)`/g)]
      .map(([, file = ""]) => file)
      .filter(
        (file) => !new RegExp(`\\b${letter}1\\b`).test(readFileSync(join(ROOT, file), "utf8")),
      ),
  );
  expect(silent).toEqual([]);
});

test("no modules import each other in a circle when they are loaded", () => {
  // What is imported late may well import what has loaded it: that is there by then.
  const edges = IMPORTS.flatMap(({ from, target, typeOnly, dynamic }) =>
    target === undefined || typeOnly || dynamic ? [] : [[from, target] as const],
  );
  expect(
    cycles(
      FILES.map(({ path }) => path),
      edges,
    ),
  ).toEqual([]);
});

test.each(["console", "process.exit"])("`%s` is used only in cli/", (name) => {
  const users = FILES.filter(({ path, uses }) => uses.has(name) && roomOf(path) !== "cli");
  expect(users.map(({ path }) => path)).toEqual([]);
});

test("nothing is a default export", () => {
  const users = FILES.filter(({ uses }) => uses.has("export default"));
  expect(users.map(({ path }) => path)).toEqual([]);
});

test(`no file has more than ${MOST_LINES} lines`, () => {
  const long = FILES.filter(({ lines }) => lines > MOST_LINES);
  expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
});

test("the version in the code is the one of package.json", () => {
  const text = readFileSync(join(ROOT, "package.json"), "utf8");
  expect(TOOL_VERSION).toBe((JSON.parse(text) as { version: string }).version);
});

/** `| \`runner\` | what it is | \`sql\`, \`locks\` |` in ARCHITECTURE.md. */
function readTable(): Map<string, readonly string[]> {
  const text = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8");
  const rows = text.matchAll(/^\| `([a-z-]+(?:\.ts)?)` \|[^|]*\|([^|]*)\|$/gm);
  return new Map(
    [...rows].map(([, room = "", cell = ""]) => [
      room,
      [...cell.matchAll(/`([a-z-]+(?:\.ts)?)`/g)].map((match) => match[1] ?? ""),
    ]),
  );
}

/** The first folder, or the file itself where it lies directly in src/. */
function roomOf(path: string): string {
  return path.split("/")[0] ?? path;
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), "utf8");
  const imports: Import[] = [];
  const uses = new Set<string>();
  const add = (source: unknown, typeOnly: boolean, dynamic: boolean): void => {
    const { value } = (source ?? {}) as { value?: unknown };
    const specifier = typeof value === "string" ? value : COMPUTED;
    const target = specifier.startsWith(".")
      ? relative(SRC, join(SRC, dirname(path), specifier))
          .split(sep)
          .join("/")
      : undefined;
    imports.push({ from: path, specifier, target, typeOnly, dynamic });
  };
  visit(parseAst(text, { lang: "ts" }) as unknown as Node, (node) => {
    switch (node.type) {
      case "ImportDeclaration":
        return add(node["source"], node["importKind"] === "type", false);
      case "ExportAllDeclaration":
      case "ExportNamedDeclaration":
        if (node["source"]) add(node["source"], node["exportKind"] === "type", false);
        return;
      case "ImportExpression":
        return add(node["source"], false, true);
      case "TSImportType":
        return add(node["source"] ?? node["argument"], true, false);
      case "ExportDefaultDeclaration":
        return void uses.add("export default");
      case "MemberExpression":
        return void uses.add(nameOf(node["object"]) + "." + nameOf(node["property"]));
      case "Identifier":
        return void uses.add(nameOf(node));
      default:
        return;
    }
  });
  return { path, lines: text.split("\n").length - 1, imports, uses };
}

function nameOf(node: unknown): string {
  const { name } = (node ?? {}) as { name?: unknown };
  return typeof name === "string" ? name : "";
}

function visit(node: Node, on: (node: Node) => void): void {
  on(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof (child as Node | null)?.type === "string") visit(child as Node, on);
    }
  }
}

/** The strongly connected components of more than one member (Tarjan), each as a sorted list. */
function cycles(
  names: readonly string[],
  edges: readonly (readonly [from: string, to: string])[],
): string[][] {
  const next = new Map<string, string[]>(names.map((name) => [name, []]));
  for (const [from, to] of edges) next.get(from)?.push(to);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const found: string[][] = [];
  const connect = (name: string): void => {
    index.set(name, index.size);
    low.set(name, index.get(name)!);
    stack.push(name);
    for (const to of next.get(name) ?? []) {
      if (!index.has(to)) connect(to);
      else if (!stack.includes(to)) continue;
      low.set(name, Math.min(low.get(name)!, low.get(to) ?? Infinity));
    }
    if (low.get(name) !== index.get(name)) return;
    const members = stack.splice(stack.indexOf(name)).toSorted();
    if (members.length > 1) found.push(members);
  };
  for (const name of names) if (!index.has(name)) connect(name);
  return found;
}
