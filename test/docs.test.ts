/**
 * The documentation is checked like code: links lead somewhere, commands and flags exist, examples
 * run, tables name everything that is there, and generated pages are fresh.
 */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";
import { parseAst } from "rolldown/parseAst";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../src/cli/commands.ts";
import { describeCommand } from "../src/cli/described.ts";
import { createHistory, historyNames } from "../src/history/tables.ts";
import { nativeSet } from "../src/migrations/migration.ts";
import { migrationsFromData } from "../src/migrations/from-data.ts";
import { resolveTarget } from "../src/postgres/conninfo.ts";
import { DEFAULT_SETTINGS } from "../src/runner/options.ts";
import { up } from "../src/runner/up.ts";
import { expectNoLeftovers, freshDatabase } from "./support/database.ts";

const ROOT = join(import.meta.dirname, "..");

interface Page {
  /** Relative to the root. */
  readonly path: string;
  readonly text: string;
  /** Without the content of code fences. */
  readonly prose: string;
}

const PAGES = findPages(ROOT).map((path): Page => {
  const text = readFileSync(path, "utf8");
  return { path: relative(ROOT, path), text, prose: text.replaceAll(/^```[^]*?^```$/gm, "") };
});

describe("links", () => {
  test.each(PAGES)("every link of $path leads somewhere", ({ path, prose }) => {
    const broken: string[] = [];
    for (const [, target = ""] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(?:https?|mailto):/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const absolute = file === "" ? join(ROOT, path) : resolve(ROOT, dirname(path), file);
      const page = PAGES.find((one) => join(ROOT, one.path) === absolute);
      if (!existsSync(absolute)) broken.push(target);
      else if (anchor !== undefined && !anchorsOf(page).includes(anchor)) broken.push(target);
    }
    expect(broken).toEqual([]);
  });

  test.each(PAGES)("every file of ours that $path names is there", ({ text }) => {
    const named = text.matchAll(/`((?:src|test|scripts|examples)\/[\w./-]+)`/g);
    expect(
      [...named].map(([, file = ""]) => file).filter((file) => !existsSync(join(ROOT, file))),
    ).toEqual([]);
  });
});

describe("commands", () => {
  const commands = new Map(COMMANDS.map((entry) => [entry.name, describeCommand(entry)]));

  test.each(PAGES)("every command and flag that $path shows exists", ({ text }) => {
    const wrong: string[] = [];
    for (const line of shownCommands(text)) {
      const [name = "", ...words] = line.split(/\s+/);
      // `lockstep <command>` and `lockstep --help` belong to no command.
      if (!/^[a-z]/.test(name)) continue;
      const command = commands.get(name);
      const flags = words.flatMap((word) => /^--([a-z][a-z-]*)/.exec(word)?.[1] ?? []);
      const known = command?.flags.map((flag) => flag.name) ?? [];
      if (!command || !flags.every((flag) => flag === "help" || known.includes(flag))) {
        wrong.push(`lockstep ${line}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("examples are found at all, in fences and in sentences", () => {
    expect(shownCommands("```sh\nX=1 npx lockstep up --to 1 | jq\n```\n`lockstep down`")).toEqual([
      "up --to 1",
      "down",
    ]);
  });
});

test("every example of docs/migrations.md runs, one after the other, on an empty database", async () => {
  const blocks = [...pageAt("docs/migrations.md").text.matchAll(/^```sql run\n([^]*?)^```$/gm)];
  expect(blocks.length).toBeGreaterThanOrEqual(5);
  await using db = await freshDatabase();
  const migrations = migrationsFromData(
    blocks.map(([, sql = ""], index) => ({ name: `${index + 1}_example.sql`, sql })),
  );
  const target = await resolveTarget({ url: db.url, env: {} });
  const source = () => Promise.resolve(nativeSet(migrations));
  const result = await up({ target, source, settings: DEFAULT_SETTINGS });
  expect(result.applied).toHaveLength(blocks.length);
  expect(await db.admin.query("select email from open_accounts order by id")).toHaveLength(4);
  await expectNoLeftovers(db);
});

describe("tables", () => {
  test("docs/events.md describes every event with its fields", () => {
    const described = new Map(
      rowsOf("docs/events.md", 2).map(([event = "", fields = ""]) => [event, names(fields)]),
    );
    expect(Object.fromEntries(described)).toEqual(Object.fromEntries(eventsOfCode()));
  });

  test("docs/configuration.md has every key and every variable", () => {
    const { text } = pageAt("docs/configuration.md");
    const keys = membersOf("src/config/config.ts", ["ConfigValues", "Config"]);
    expect(rowsOf("docs/configuration.md", 1).map(([key]) => key)).toEqual(
      expect.arrayContaining(keys),
    );
    const code = readFileSync(join(ROOT, "src/config/env.ts"), "utf8");
    const variables = [...code.matchAll(/^ {2}(LOCKSTEP_[A-Z_]+):/gm)].map(([, name]) => name);
    expect(variables.length).toBeGreaterThan(10);
    expect(variables.filter((name) => !text.includes(`\`${name}`))).toEqual([]);
  });

  test("docs/library.md has every option", () => {
    const { text } = pageAt("docs/library.md");
    const options = [
      ...membersOf("src/library/options.ts", ["CommonOptions"]),
      ...membersOf("src/library/operations.ts", ["MigrateOptions"]),
      ...membersOf("src/library/gate.ts", ["GateOptions", "ReadinessOptions"]),
      ...membersOf("src/gate/state.ts", ["GateRules"]),
      ...membersOf("src/library/lint.ts", ["LintOptions"]),
      ...membersOf("src/config/lint-config.ts", ["LintConfig"]),
    ];
    expect(options.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  test("docs/history.md has every table with its columns, and no other", () => {
    const { text } = pageAt("docs/history.md");
    const documented = Object.fromEntries(
      text
        .split(/^## /m)
        .slice(1)
        .map((section): [string, string[]] => [
          section.slice(0, section.indexOf("\n")),
          [...section.matchAll(/^\| (`[^|]*) \|/gm)]
            .flatMap(([, cell = ""]) => names(cell))
            .toSorted(),
        ])
        .filter(([, columns]) => columns.length > 0),
    );
    expect(documented).toEqual(tablesOfCode());
  });
});

// The page about accuracy looks at all its statements, on every version.
test("the generated pages are fresh", { timeout: 600_000 }, async () => {
  const jiti = join(ROOT, "node_modules/jiti/lib/jiti-cli.mjs");
  const run = promisify(execFile)(process.execPath, [jiti, "scripts/generate-docs.ts", "--check"], {
    cwd: ROOT,
  });
  await expect(run).resolves.toMatchObject({ stdout: "Generated pages are fresh.\n" });
});

function findPages(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isFile()) return entry.name.endsWith(".md") ? [path] : [];
    return entry.isDirectory() && !/^(?:\.|node_modules$|dist$|test$|src$)/.test(entry.name)
      ? findPages(path)
      : [];
  });
}

function pageAt(path: string): Page {
  const page = PAGES.find((one) => one.path === path);
  if (page === undefined) throw new Error(`${path} does not exist`);
  return page;
}

/**
 * The anchors that GitHub gives to headings (letters, digits, `-` and `_`, in lower case), and those
 * that a page sets itself.
 */
function anchorsOf(page: Page | undefined): string[] {
  const headings = page?.prose.matchAll(/^#+ (.*)$/gm) ?? [];
  const set = page?.prose.matchAll(/<a id="([^"]+)"><\/a>/g) ?? [];
  return [
    ...[...headings].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replaceAll(/\s/g, "-"),
    ),
    ...[...set].map(([, id = ""]) => id),
  ];
}

/** What follows `lockstep` in shell fences and in code inside of sentences. */
function shownCommands(text: string): string[] {
  const fences = [...text.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, body = ""]) => body);
  const inline = [...text.replaceAll(/^```[^]*?^```$/gm, "").matchAll(/`([^`\n]+)`/g)].map(
    ([, code = ""]) => code,
  );
  return [...fences.flatMap((body) => body.split("\n")), ...inline].flatMap((line) => {
    const match = /^\s*(?:[A-Z_]+=\S+ )*(?:npx )?lockstep ([^|#&>]+)/.exec(line);
    return match ? [(match[1] ?? "").trim()] : [];
  });
}

/** The first cells of each row of the page's tables whose first cell is code. */
function rowsOf(path: string, cells: number): string[][] {
  return [...pageAt(path).prose.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)].map(
    ([, first = "", rest = ""]) =>
      [first, ...rest.split("|").map((cell) => cell.trim())].slice(0, cells),
  );
}

function names(cell: string): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name).toSorted();
}

/** The few properties of an ESTree node that are read here. */
interface Node {
  readonly type: string;
  readonly key?: { readonly name?: string };
  readonly id?: { readonly name?: string };
  readonly [property: string]: unknown;
}

function nodesOf(file: string, type: string): Node[] {
  const found: Node[] = [];
  const visit = (node: Node): void => {
    if (node.type === type) found.push(node);
    for (const child of Object.values(node).flat()) {
      if (typeof (child as Node | null)?.type === "string") visit(child as Node);
    }
  };
  const text = readFileSync(join(ROOT, file), "utf8");
  visit(parseAst(text, { lang: "ts" }) as unknown as Node);
  return found;
}

function membersOf(file: string, interfaces: readonly string[]): string[] {
  const members = nodesOf(file, "TSInterfaceDeclaration")
    .filter(({ id }) => interfaces.includes(id?.name ?? ""))
    .flatMap(({ body }) => (body as { body: Node[] }).body)
    .map(({ key }) => key?.name ?? "");
  expect(members.length, `members of ${interfaces.join(", ")}`).toBeGreaterThan(0);
  return members;
}

/** Each event of `RunEventBody` with its own fields. */
function eventsOfCode(): [string, string[]][] {
  return nodesOf("src/runner/events.ts", "TSTypeLiteral").flatMap(({ members }) => {
    const properties = members as Node[];
    const event = properties.find(({ key }) => key?.name === "event");
    const annotation = event?.["typeAnnotation"] as
      | { typeAnnotation: { literal?: { value?: string } } }
      | undefined;
    const name = annotation?.typeAnnotation.literal?.value;
    if (name === undefined) return [];
    const fields = properties
      .flatMap(({ key }) => key?.name ?? [])
      .filter((key) => key !== "event");
    return [[name, fields.toSorted()]];
  });
}

function tablesOfCode(): Record<string, string[]> {
  const statements = createHistory(historyNames({ historySchema: "h", historyPrefix: "" }), true);
  const tables = new Map<string, string[]>();
  for (const statement of statements) {
    const created = /^create table (?:if not exists )?"?h"?\."?(\w+)"?/.exec(statement)?.[1];
    const altered = /^alter table "?h"?\."?(\w+)"?/.exec(statement)?.[1];
    const columns = statement.matchAll(
      created === undefined
        ? /add column if not exists (\w+)/g
        : /^ {6}(?!check |primary )(\w+) /gm,
    );
    const name = created ?? altered;
    if (name === undefined) continue;
    const names = [...columns].map(([, column = ""]) => column);
    tables.set(name, [...(tables.get(name) ?? []), ...names].toSorted());
  }
  return Object.fromEntries(tables);
}
