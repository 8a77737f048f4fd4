/** What flags, configuration, comments and the baseline make of the findings. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lintProject, places, placesOf } from "../support/lint.ts";

const ORDERS = "create table orders (id bigint primary key, note text);\n";
const INDEX = "create index on orders (note);\n";
const FILES = { "migrations/1_orders.sql": ORDERS, "migrations/2_index.sql": INDEX };
const FOUND = ["index-not-concurrent migrations/2_index.sql:1:1"];

describe("version and runner", () => {
  test("what the version of the server cannot do is said of that version", async () => {
    const { report } = await lintProject({
      files: {
        ...FILES,
        "migrations/2_index.sql":
          "create unique index concurrently u on orders (note) nulls not distinct;\n",
      },
    });
    const old = await report(["--pg-version", "14"]);
    expect(old.summary["version"]).toBe(14);
    expect(places(old)).toContainEqual(expect.stringContaining("unsupported-by-version"));
    const newest = await report(["--pg-version", "18"]);
    expect([newest.summary["version"], newest.findings]).toEqual([18, []]);
  });

  test("--runner other hears of what Lockstep does by itself", async () => {
    const { report } = await lintProject({ files: FILES });
    expect(placesOf(await report(), "missing-lock-timeout")).toEqual([]);
    const other = await report(["--runner", "other"]);
    expect(other.summary["runner"]).toBe("other");
    expect(placesOf(other, "missing-lock-timeout")).not.toEqual([]);
  });

  test("the configuration says both, and flags win", async () => {
    const { report } = await lintProject({
      files: FILES,
      config: { lint: { pgVersion: 15, runner: "other" } },
    });
    expect((await report()).summary).toMatchObject({ version: 15, runner: "other" });
    const flags = ["--pg-version", "16", "--runner", "lockstep"];
    expect((await report(flags)).summary).toMatchObject({ version: 16, runner: "lockstep" });
  });
});

describe("configuration", () => {
  test("rules, overrides, packs and budgets", async () => {
    const files = { ...FILES, "migrations/3_more.sql": "create table t (a varchar(3));\n" + INDEX };
    const { report, lint } = await lintProject({
      files,
      config: {
        lint: {
          packs: ["style"],
          rules: { "index-not-concurrent": "warning", "duplicate-index": "off" },
          overrides: [{ files: "3_*.sql", rules: { "index-not-concurrent": "off" } }],
          budgets: { "index-not-concurrent": 0 },
        },
      },
    });
    const found = await report();
    expect(placesOf(found, "index-not-concurrent")).toEqual(FOUND);
    expect(found.findings.find(({ rule }) => rule === "index-not-concurrent")?.severity).toBe(
      "warning",
    );
    expect(placesOf(found, "duplicate-index")).toEqual([]);
    expect(placesOf(found, "prefer-text-over-varchar")).toEqual([
      "prefer-text-over-varchar migrations/3_more.sql:1:19",
    ]);
    expect(found.summary["overBudget"]).toEqual([
      { budget: "index-not-concurrent", allowed: 0, found: 1 },
    ]);
    expect((await lint()).code).toBe(65);
  });

  test("a pack is asked for by flag, too", async () => {
    const { report } = await lintProject({
      files: { "migrations/1_t.sql": "create table t (a varchar(3));\n" },
    });
    const rule = "prefer-text-over-varchar";
    expect(placesOf(await report(), rule)).toEqual([]);
    expect(placesOf(await report(["--pack", "naming", "--pack", "style"]), rule)).toHaveLength(1);
  });

  test.each([
    [{ rules: { "drop-tabel": "off" } }, "did you mean `drop-table`"],
    [{ budgets: { error: 1 } }, "did you mean `errors`"],
    [{ overrides: [{ files: "*", rules: { "drop-tabel": "off" } }] }, "did you mean `drop-table`"],
    [{ rule: {} }, "did you mean `rules`"],
    [{ packs: ["styles"] }, "lint.packs"],
    [{ runner: "flyway" }, "lint.runner"],
  ])("%j is refused", async (config, said) => {
    const { code, stderr } = await (
      await lintProject({ files: FILES, config: { lint: config } })
    ).lint();
    expect([code, stderr]).toEqual([78, expect.stringContaining(said)]);
  });
});

test("comments allow, and are findings when they are wrong", async () => {
  const comment = (text: string): string => `-- ${text}\n${INDEX}`;
  const { report } = await lintProject({
    files: {
      "migrations/1_orders.sql": ORDERS,
      "migrations/2_a.sql": comment(
        "lockstep:allow index-not-concurrent, duplicate-index It has 200 rows.",
      ),
      "migrations/3_b.sql": comment("lockstep:allow index-not-concurent It has 200 rows."),
      "migrations/4_c.sql": comment("lockstep:allow index-not-concurrent"),
      "migrations/5_d.sql": comment(
        "lockstep:allow index-not-concurrent Archived. until=2020-01-31",
      ),
      "migrations/6_e.sql": comment("squawk-ignore require-concurrent-index-creation"),
      "migrations/7_f.sql": comment("atlas:nolint PG101"),
    },
    config: { lint: { rules: { "duplicate-index": "off" } } },
  });
  const found = await report();
  const index = (file: string): string => `index-not-concurrent migrations/${file}.sql:2:1`;
  expect(places(found)).toEqual([
    "allow-unknown-rule migrations/3_b.sql:1:19",
    index("3_b"),
    "allow-without-reason migrations/4_c.sql:1:1",
    index("4_c"),
    "allow-expired migrations/5_d.sql:1:1",
    index("5_d"),
  ]);
  expect(found.summary["suppressed"]).toBe(3);
  const unused = await lintProject({
    files: { "migrations/1_a.sql": "-- lockstep:allow drop-table It is empty.\nselect 1;\n" },
  });
  const { findings } = await unused.report();
  expect(findings).toMatchObject([{ rule: "allow-unused", severity: "warning" }]);
});

describe("the baseline", () => {
  test("is written, taken into account, and stale entries are named", async () => {
    const { dir, lint, report, write } = await lintProject({ files: FILES });
    const file = "lockstep.lint-baseline.json";
    const wrote = await lint(["--write-baseline"]);
    expect(wrote).toMatchObject({ code: 0, stdout: `${file}: 1 finding kept\n` });
    const text = await readFile(join(dir, file), "utf8");
    expect(JSON.parse(text)).toMatchObject({ version: 1, findings: [{ count: 1 }] });

    const known = await report();
    expect([known.findings, known.summary["baseline"]]).toEqual([[], 1]);
    // Lines above change nothing; what is new is reported.
    await write("migrations/2_index.sql", `-- more\n\n${INDEX}drop table orders;\n`);
    const more = await report();
    expect(placesOf(more, "index-not-concurrent")).toEqual([]);
    expect(placesOf(more, "drop-table")).toHaveLength(1);

    await write("migrations/2_index.sql", "select 1;\n");
    const gone = await report();
    expect(gone.summary["stale"]).toEqual([
      { rule: "index-not-concurrent", file: "migrations/2_index.sql", missing: 1 },
    ]);
    expect((await lint()).code).toBe(0);
    // Nothing is said about files that were not looked at.
    expect((await report(["migrations/1_orders.sql"])).summary["stale"]).toEqual([]);
    const again = await lint(["--write-baseline", "--json"]);
    expect(again.json()).toEqual({ baseline: file, findings: 0 });
  });

  test("has a name of its own by --baseline, and a broken one is refused", async () => {
    const { lint, report, write } = await lintProject({ files: FILES });
    expect((await lint(["--write-baseline", "--baseline", "known.json"])).code).toBe(0);
    expect(places(await report())).toEqual(FOUND);
    expect(places(await report(["--baseline", "known.json"]))).toEqual([]);
    await write("known.json", "{");
    expect((await lint(["--baseline", "known.json"])).code).toBe(78);
    await write("known.json", '{"version": 2, "findings": []}');
    const { stderr } = await lint(["--baseline", "known.json"]);
    expect(stderr).toContain("has version 2; this Lockstep knows 1");
  });
});
