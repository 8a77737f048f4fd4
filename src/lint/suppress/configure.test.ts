import { describe, expect, test } from "vitest";
import { checkConfig } from "../../config/config-schema.ts";
import type { LintConfig } from "../../config/lint-config.ts";
import { Failure } from "../../failures/failure.ts";
import { finding } from "../reporters/report.fixture.ts";
import { applySettings, checkBudgets, resolveLintConfig } from "./configure.ts";

const RULES = [
  { id: "drop-table" },
  { id: "index-not-concurrent" },
  { id: "uppercase-names", pack: "naming" },
  { id: "hash-index", pack: "style" },
] as const;

async function rulesOf(lint: LintConfig, file = "migrations/1_a.sql"): Promise<object> {
  const settings = await resolveLintConfig(lint, RULES, "lockstep.config.ts");
  return Object.fromEntries(
    [...settings.rulesFor(file)].map(([id, { severity, options }]) => [
      id,
      Object.keys(options).length === 0 ? (severity ?? "own") : [severity ?? "own", options],
    ]),
  );
}

function failureOf(run: () => unknown): Promise<Failure> {
  return Promise.resolve()
    .then(run)
    .then(
      () => expect.fail("it does not fail"),
      (error: unknown) => error as Failure,
    );
}

describe("which rules are on", () => {
  test("without a configuration all but those of packs", async () => {
    expect(await rulesOf({})).toEqual({ "drop-table": "own", "index-not-concurrent": "own" });
  });

  test("packs, severities and options", async () => {
    const lint: LintConfig = {
      packs: ["naming"],
      rules: {
        "drop-table": "off",
        "index-not-concurrent": { severity: "warning", minimum: 3 },
        "hash-index": { limit: 1 },
        "uppercase-names": "error",
      },
    };
    expect(await rulesOf(lint)).toEqual({
      "index-not-concurrent": ["warning", { minimum: 3 }],
      "uppercase-names": "error",
      "hash-index": ["own", { limit: 1 }],
    });
  });

  test("overrides by path, the last one wins, and options stay", async () => {
    const lint: LintConfig = {
      rules: { "drop-table": { severity: "warning", days: 3 } },
      overrides: [
        { files: "migrations/old/**", rules: { "drop-table": "off" } },
        { files: ["./migrations/**/9_*.sql", "*.down.sql"], rules: { "drop-table": "error" } },
      ],
    };
    const of = async (file: string) =>
      ((await rulesOf(lint, file)) as Record<string, unknown>)["drop-table"];
    expect(await of("migrations/1.sql")).toEqual(["warning", { days: 3 }]);
    expect(await of("migrations/old/1.sql")).toBeUndefined();
    expect(await of("migrations/old/9_é.sql")).toEqual(["error", { days: 3 }]);
    expect(await of("elsewhere/2.down.sql")).toEqual(["error", { days: 3 }]);
    expect(await of("./migrations/old/.hidden/1.sql")).toBeUndefined();
  });

  test("options alone switch nothing on that was switched off", async () => {
    const overrides = [{ files: "*.sql", rules: { "drop-table": { days: 3 } } }];
    const off = await rulesOf({ rules: { "drop-table": "off" }, overrides });
    expect(off).toEqual({ "index-not-concurrent": "own" });
    expect(await rulesOf({ overrides })).toMatchObject({ "drop-table": ["own", { days: 3 }] });
  });

  test("findings that belong to no rule stay", async () => {
    const settings = await resolveLintConfig({}, RULES, "c");
    const findings = [finding({ rule: "syntax-error" }), finding({ rule: "hash-index" })];
    expect(applySettings(findings, settings)).toEqual([findings[0]]);
  });

  test("findings get the severity, or are dropped", async () => {
    const lint: LintConfig = { rules: { "drop-table": "off", "index-not-concurrent": "info" } };
    const settings = await resolveLintConfig(lint, RULES, "c");
    const findings = [finding(), finding({ rule: "drop-table" })];
    expect(applySettings(findings, settings)).toEqual([finding({ severity: "info" })]);
  });

  test("a rule that there is not is named with the nearest", async () => {
    const lint: LintConfig = {
      rules: { "drop-tabel": "off" },
      budgets: { error: 1 },
      overrides: [{ files: "*", rules: { frobnicate: "off" } }],
    };
    const failure = await failureOf(() => rulesOf(lint));
    expect(failure.class).toBe("config.invalid");
    expect(failure.notes).toEqual([
      "`lint.rules.drop-tabel` is not known; did you mean `drop-table`",
      "`lint.overrides.0.rules.frobnicate` is not known",
      "`lint.budgets.error` is not known; did you mean `errors`",
    ]);
  });
});

describe("budgets", () => {
  const findings = [
    finding(),
    finding(),
    finding({ rule: "drop-table", severity: "warning" }),
    finding({ rule: "drop-table", severity: "error" }),
  ];

  test("without one the first error is too many, and warnings never are", () => {
    expect(checkBudgets(findings)).toEqual({ over: [], failed: true });
    expect(checkBudgets([finding({ severity: "warning" })])).toEqual({ over: [], failed: false });
    expect(checkBudgets([], { warnings: 0 })).toEqual({ over: [], failed: false });
  });

  test("up to the budget is enough, more is too much", () => {
    expect(checkBudgets(findings, { errors: 3 })).toEqual({ over: [], failed: false });
    expect(checkBudgets(findings, { errors: 2, warnings: 0 })).toEqual({
      over: [
        { budget: "errors", allowed: 2, found: 3 },
        { budget: "warnings", allowed: 0, found: 1 },
      ],
      failed: true,
    });
  });

  test("what a rule has a budget for does not count for its severity", () => {
    const budgets = { "index-not-concurrent": 2, "drop-table": 1 };
    expect(checkBudgets(findings, budgets)).toEqual({
      over: [{ budget: "drop-table", allowed: 1, found: 2 }],
      failed: true,
    });
    expect(checkBudgets(findings, { ...budgets, "drop-table": 2 }).failed).toBe(false);
  });
});

describe("the form of `lint` in the configuration", () => {
  test("what is right stays as it is", () => {
    const lint = {
      rules: { a: "off", b: { severity: "info", limit: 3 } },
      packs: ["style"],
      budgets: { errors: 0, a: 2 },
      overrides: [{ files: ["*.sql"], rules: { a: "error" } }],
    };
    expect(checkConfig({ lint }, "c").lint).toEqual(lint);
  });

  test.each([
    [{ rules: { a: "fatal" } }, "`lint.rules.a` must be `error`, `warning`, `info` or `off`"],
    [
      { rules: { a: { severity: 1 } } },
      "`lint.rules.a.severity` must be `error`, `warning`, `info` or `off`",
    ],
    [{ packs: ["styles"] }, "`lint.packs.0` must be `style` or `naming`"],
    [{ budgets: { errors: -1 } }, "`lint.budgets.errors` must not be negative"],
    [{ budgets: { errors: 1.5 } }, "`lint.budgets.errors` must be a whole number"],
    [{ overrides: [{ files: "", rules: {} }] }, "`lint.overrides.0.files` must not be empty"],
    [
      { overrides: [{ file: "*", files: "*", rules: {} }] },
      "`lint.overrides.0.file` is not known; did you mean `files`",
    ],
    [{ rule: {} }, "`lint.rule` is not known; did you mean `rules`"],
    [3, "`lint` must be an object"],
  ])("%j", async (lint, note) => {
    const failure = await failureOf(() => checkConfig({ lint }, "c"));
    expect(failure.notes).toEqual([note]);
  });

  test("it is not for environments", async () => {
    const failure = await failureOf(() => checkConfig({ environments: { a: { lint: {} } } }, "c"));
    expect(failure.notes[0]).toContain("`environments.a.lint` is not known");
  });
});
