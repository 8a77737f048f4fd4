/** What `lockstep lint` prints and ends with, from real processes. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { XMLParser, XMLValidator } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { lintProject } from "../support/lint.ts";

const ORDERS = "create table orders (id bigint primary key, note text);\n";
const GOOD = { "migrations/1_orders.sql": ORDERS };
const BAD = { ...GOOD, "migrations/2_index.sql": "create index on orders (note);\n" };

describe("exit codes", () => {
  test("0 without errors, 65 with them", async () => {
    const good = await (await lintProject({ files: GOOD })).lint();
    expect(good).toMatchObject({ code: 0, stdout: "No findings in 1 file\n", stderr: "" });
    const bad = await (await lintProject({ files: BAD })).lint();
    expect([bad.code, bad.stderr]).toEqual([65, ""]);
    expect(bad.stdout).toContain("error index-not-concurrent  migrations/2_index.sql:1:1\n");
  });

  test("0 with warnings alone", async () => {
    const { lint } = await lintProject({
      files: BAD,
      config: { lint: { rules: { "index-not-concurrent": "warning" } } },
    });
    const { code, stdout } = await lint();
    expect([code, stdout]).toEqual([0, expect.stringContaining("warning index-not-concurrent")]);
  });

  test.each([
    [["--format", "yaml"], "There is no output format `yaml`"],
    [["--json", "--format", "sarif"], "`--json` and `--format sarif` are both given"],
    [["--explain", "no-such-rule"], "There is no rule `no-such-rule`"],
    [["--nope"], "--nope"],
    [["--pack", "nope"], "nope"],
    [["--runner", "nope"], "nope"],
    [["--pg-version", "13"], "PostgreSQL 13 is not one that Lockstep knows"],
    [["--pg-version", "99"], "PostgreSQL 99 is not one that Lockstep knows"],
    [["--pg-version", "new"], "write a major version"],
    [["missing.sql"], "There is no file or folder `missing.sql`"],
    [["--output", "no/such/folder.json"], "`no/such/folder.json` cannot be written"],
    [["--output", "migrations"], "`migrations` cannot be written"],
    [["--baseline", "missing.json"], "The baseline `missing.json` cannot be read"],
    [["--write-baseline", "--baseline", "no/folder.json"], "`no/folder.json` cannot be written"],
  ])("64 for %j", async (args, said) => {
    const { code, stdout, stderr } = await (await lintProject({ files: GOOD })).lint(args);
    expect(code).toBe(64);
    expect(stderr.replaceAll(/\s+/g, " ")).toContain(said);
    // A program that reads JSON never has to read stderr.
    if (args.includes("--json")) {
      expect(JSON.parse(stdout)).toMatchObject({ event: "failure", failure: { class: "usage" } });
    } else expect(stdout).toBe("");
  });

  test.each([
    ["a folder that is not there", {}, ["--dir", "nope"]],
    ["a configuration that is not there", {}, ["--config", "nope.json"]],
    ["a rule that there is not", { rules: { "index-not-concurent": "off" } }, []],
    ["a version that is not supported", { pgVersion: 13 }, []],
  ])("78 for %s", async (_, config, args) => {
    const { lint } = await lintProject({ files: GOOD, config: { lint: config } });
    expect((await lint(args)).code).toBe(78);
  });
});

describe("json", () => {
  test("its keys are an interface", async () => {
    const { lint } = await lintProject({ files: BAD });
    const result = await lint(["--json"]);
    expect(result.code).toBe(65);
    expect((await lint(["--format", "json"])).stdout).toBe(result.stdout);
    expect(result.json()).toEqual({
      summary: {
        errors: 1,
        warnings: 0,
        infos: 0,
        files: 2,
        statements: 2,
        suppressed: 0,
        baseline: 0,
        version: 18,
        runner: "lockstep",
        unread: [],
        stale: [],
        overBudget: [],
      },
      findings: [
        {
          rule: "index-not-concurrent",
          kind: "lock",
          severity: "error",
          longWork: "index-build",
          file: "migrations/2_index.sql",
          line: 1,
          column: 1,
          endLine: 1,
          endColumn: 30,
          message: expect.stringContaining("`orders`"),
          fix: {
            title: "Build the index CONCURRENTLY",
            edits: [{ line: 1, column: 13, endLine: 1, endColumn: 13, newText: " concurrently" }],
          },
          statement: 1,
          relation: "orders",
        },
      ],
    });
  });

  test("every finding has all keys, whatever rule it is of", async () => {
    const { report } = await lintProject({
      files: {
        ...BAD,
        "migrations/3_more.sql":
          "alter table orders drop column note;\ndelete from orders;\nselect from where;\n",
        "migrations/4_more.sql":
          "-- lockstep:allow drop-tabel it is empty\nvacuum orders;\nselect 1;\n",
      },
    });
    const { findings } = await report(["--runner", "other", "--pack", "style", "--pack", "naming"]);
    expect(findings.length).toBeGreaterThan(10);
    const keys =
      "rule kind severity longWork file line column endLine endColumn message fix statement";
    for (const { relation, ...finding } of findings as readonly { relation?: unknown }[]) {
      expect(Object.keys(finding).join(" ")).toBe(keys);
      expect(["string", "undefined"]).toContain(typeof relation);
    }
  });
});

describe("formats", () => {
  test.each(["text", "json", "sarif", "github", "github-summary", "gitlab", "junit", "markdown"])(
    "%s goes to stdout, or to a file and not to stdout",
    async (format) => {
      const { dir, lint } = await lintProject({ files: BAD });
      const shown = await lint(["--format", format]);
      expect([shown.code, shown.stderr]).toEqual([65, ""]);
      expect(shown.stdout).toContain("index-not-concurrent");
      const written = await lint(["--format", format, "--output", "report.out"]);
      expect([written.code, written.stdout]).toEqual([65, ""]);
      expect(await readFile(join(dir, "report.out"), "utf8")).toBe(shown.stdout);
      checkForm(format, shown.stdout);
    },
  );

  test("junit without findings has a case that passes, and gitlab an empty list", async () => {
    const { lint } = await lintProject({ files: GOOD });
    const junit = (await lint(["--format", "junit"])).stdout;
    expect(XMLValidator.validate(junit)).toBe(true);
    expect(junit).not.toContain("<failure");
    expect(JSON.parse((await lint(["--format", "gitlab"])).stdout)).toEqual([]);
  });

  test("--quiet says nothing about a folder without errors", async () => {
    const quiet = await (await lintProject({ files: GOOD })).lint(["--quiet"]);
    expect(quiet).toMatchObject({ code: 0, stdout: "", stderr: "" });
    const bad = await (await lintProject({ files: BAD })).lint(["--quiet"]);
    expect([bad.code, bad.stdout]).toEqual([65, expect.stringContaining("index-not-concurrent")]);
  });
});

function checkForm(format: string, text: string): void {
  if (format === "json" || format === "sarif" || format === "gitlab") JSON.parse(text);
  if (format === "sarif") expect(JSON.parse(text)).toMatchObject({ version: "2.1.0" });
  if (format === "gitlab") {
    expect(JSON.parse(text)).toMatchObject([
      { location: { path: "migrations/2_index.sql", lines: { begin: 1 } } },
    ]);
  }
  if (format === "junit") {
    expect(XMLValidator.validate(text)).toBe(true);
    expect(new XMLParser().parse(text)).toHaveProperty("testsuites.testsuite");
  }
  if (format === "github") expect(text).toMatch(/^::error file=migrations\/2_index\.sql,line=1/m);
  if (format === "markdown") expect(text).toMatch(/^<!-- lockstep-lint -->\n/);
}

describe("rules", () => {
  test("--rules lists all, with --json as data", async () => {
    const { lint } = await lintProject({});
    const listed = await lint(["--rules"]);
    const { rules } = (await lint(["--rules", "--json"])).json() as {
      rules: Record<string, unknown>[];
    };
    expect(listed.code).toBe(0);
    expect(listed.stdout.trimEnd().split("\n")).toHaveLength(rules.length);
    expect(rules.length).toBeGreaterThan(150);
    for (const rule of rules) {
      expect(listed.stdout).toContain(`${String(rule["id"])} `);
      expect(rule).toMatchObject({ kind: expect.any(String), severity: expect.any(String) });
      expect(rule).toMatchObject({ why: expect.any(String), instead: expect.any(String) });
    }
  });

  test("--explain prints one, with --json as data", async () => {
    const { lint } = await lintProject({});
    const { code, stdout } = await lint(["--explain", "drop-table"]);
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^drop-table \(compatibility, .*\n\nBad:\n/s),
    ]);
    const { rules } = (await lint(["--rules", "--json"])).json() as { rules: { id: string }[] };
    const explained = (await lint(["--explain", "drop-table", "--json"])).json();
    expect(explained).toEqual(rules.find(({ id }) => id === "drop-table"));
  });
});
