/** What deploy/monitoring ships: promtool reads all of it, and it names only metrics that there are. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  METRIC_IDS,
  metricName,
  METRICS,
  PLACE_LABELS,
} from "../../src/telemetry/metric-catalogue.ts";
import { onTestEnd } from "../support/cleanup.ts";
import { promtool, skipWithoutPrometheus } from "../support/prometheus.ts";

const FOLDER = join(import.meta.dirname, "../../deploy/monitoring");
const ALERTS = readFileSync(join(FOLDER, "alerts.yml"), "utf8");
const DASHBOARD = readFileSync(join(FOLDER, "dashboard.json"), "utf8");
const NAMES = METRIC_IDS.map(metricName);
const RULES = [...ALERTS.matchAll(/^ +- alert: (\w+)$/gm)].map(([, name]) => name!);
const reason = skipWithoutPrometheus();

interface Dashboard {
  readonly schemaVersion: number;
  readonly panels: readonly {
    readonly id: number;
    readonly targets: readonly { expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { name: string; definition?: string }[] };
  readonly annotations: { readonly list: readonly { expr: string }[] };
}

const dashboard = JSON.parse(DASHBOARD) as Dashboard;
const EXPRESSIONS = [
  ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)),
  ...dashboard.annotations.list.map(({ expr }) => expr),
];

describe.skipIf(reason !== undefined)(`promtool${reason ? ` (${reason})` : ""}`, () => {
  test("the rules are valid, and each fires and does not fire when it should", async () => {
    const check = await promtool(["check", "rules", join(FOLDER, "alerts.yml")]);
    expect(check).toMatchObject({ ok: true });
    expect(check.output).toContain(`${RULES.length} rules found`);
    const unit = await promtool(["test", "rules", join(FOLDER, "alerts.test.yml")]);
    expect(unit, unit.output).toMatchObject({ ok: true });
  });

  test("every expression of the dashboard is PromQL", async () => {
    expect(EXPRESSIONS.length).toBeGreaterThan(12);
    expect((await checkExpressions(EXPRESSIONS)).output).toContain("SUCCESS");
    // The test can fail.
    expect(await checkExpressions(["sum(lockstep_retries{)"])).toMatchObject({ ok: false });
  });
});

test("every rule has a severity, a summary, a description with the class, a runbook, and tests both ways", () => {
  expect(RULES).toEqual([
    "LockstepMigrationFailed",
    "LockstepMigrationPartial",
    "LockstepMigrationStalled",
    "LockstepLongBlocked",
    "LockstepMigrationsPendingTooLong",
    "LockstepVersionSkew",
    "LockstepPushStale",
  ]);
  const tests = readFileSync(join(FOLDER, "alerts.test.yml"), "utf8");
  for (const [index, text] of ALERTS.split(/^ +- alert: /m)
    .slice(1)
    .entries()) {
    const name = RULES[index]!;
    expect(text, name).toMatch(/severity: (critical|error|warning)/);
    expect(text, name).toMatch(/summary: .+/);
    expect(text, name).toMatch(/description: >-[^]*failure_class/);
    expect(text, name).toMatch(/runbook_url: https:\S+#\S+/);
    expect(tests, name).toMatch(new RegExp(`alertname: ${name}\\n\\s+exp_alerts: \\[\\]`));
    expect(tests, name).toMatch(new RegExp(`alertname: ${name}\\n\\s+exp_alerts:\\n`));
  }
});

test("rules and dashboard name only metrics and labels of the catalogue", () => {
  const known = new Set([
    ...PLACE_LABELS,
    ...METRIC_IDS.flatMap((id) => METRICS[id].labels),
    "job",
    "__name__",
  ]);
  for (const text of [ALERTS, DASHBOARD]) {
    const named = [...text.matchAll(/\blockstep_\w+/g)].map(([name]) => name);
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !NAMES.includes(name))).toEqual([]);
  }
  for (const text of [ALERTS, ...EXPRESSIONS]) {
    const inBraces = [...text.matchAll(/lockstep_\w+\{([^}]*)\}/g)].flatMap(([, part = ""]) =>
      [...part.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label]) => label!),
    );
    const inTexts = [...text.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!);
    expect([...inBraces, ...inTexts].filter((label) => !known.has(label))).toEqual([]);
  }
});

test("every runbook_url of the rules leads to a heading, or to the class", () => {
  const page = readFileSync(join(FOLDER, "../../docs/metrics.md"), "utf8");
  const headings = [...page.matchAll(/^#+ (.+)$/gm)].map(([, title]) => title!.toLowerCase());
  const anchors = [...ALERTS.matchAll(/docs\/(\S+?)\.md#(.+)$/gm)];
  expect(anchors).toHaveLength(RULES.length);
  for (const [, file, anchor] of anchors) {
    if (file === "runbook")
      expect(["{{ $labels.failure_class }}", "ddl.lock_timeout"]).toContain(anchor);
    else expect(headings).toContain(anchor);
  }
});

test("the dashboard can be imported: a schema version, distinct panels, and its variables defined", () => {
  expect(dashboard.schemaVersion).toBeGreaterThanOrEqual(38);
  const ids = dashboard.panels.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const defined = dashboard.templating.list.map(({ name }) => name);
  const used = [...DASHBOARD.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name!);
  expect(defined).toEqual(["datasource", "cluster", "database"]);
  expect([...new Set(used)].toSorted()).toEqual(defined.toSorted());
});

/** As recording rules, because this promtool has no check for a lone expression. */
function checkExpressions(expressions: readonly string[]): ReturnType<typeof promtool> {
  const dir = mkdtempSync(join(tmpdir(), "lockstep-rules-"));
  onTestEnd(() => rmSync(dir, { recursive: true, force: true }));
  const rules = expressions.map((expr, index) => ({ record: `expression:${index}`, expr }));
  const file = join(dir, "rules.yml");
  writeFileSync(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
  return promtool(["check", "rules", file]);
}
