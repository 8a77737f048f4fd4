/** The helpers for Prometheus: what is pushed can be queried, a rule fires, and nothing stays. */
import { existsSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  promtool,
  skipWithoutPrometheus,
  startPrometheus,
  startPushgateway,
} from "./prometheus.ts";
import { waitUntil } from "./wait-until.ts";

const reason = skipWithoutPrometheus();

const RULES = `
groups:
  - name: test
    rules:
      - alert: TooWarm
        expr: warmth > 3
        annotations: { summary: "{{ $labels.room }} has {{ $value }}" }
`;

describe.skipIf(reason !== undefined)(`Prometheus${reason ? ` (${reason})` : ""}`, () => {
  test("what is pushed is scraped, queried, and fires a rule; nothing stays", async () => {
    const gateway = await startPushgateway();
    const pushed = await fetch(`${gateway.url}/metrics/job/test`, {
      method: "PUT",
      body: '# TYPE warmth gauge\nwarmth{room="kitchen"} 4\n',
    });
    expect(pushed.status).toBe(200);
    expect(await gateway.metrics()).toContain('warmth{instance="",job="test",room="kitchen"} 4');
    const prometheus = await startPrometheus({
      scrape: [`127.0.0.1:${gateway.port}`],
      rules: [RULES],
    });
    const [alert] = await waitUntil(
      async () => {
        const alerts = await prometheus.alerts();
        return alerts.length > 0 && alerts;
      },
      { deadlineMs: 20_000, everyMs: 50, what: "the alert" },
    );
    expect(alert).toMatchObject({
      state: "firing",
      labels: { alertname: "TooWarm" },
      annotations: { summary: "kitchen has 4" },
    });
    expect(await prometheus.query("warmth + 1")).toMatchObject([{ value: 5 }]);
    expect(await prometheus.query("1 + 1")).toEqual([{ labels: {}, value: 2 }]);
    await expect(prometheus.query("1 +")).rejects.toThrow(/400/);
    await prometheus.stop();
    await gateway.stop();
    await waitUntil(() => !existsSync(gateway.dir) && !existsSync(prometheus.dir), {
      deadlineMs: 10_000,
      what: "the folders to go",
    });
  });

  test("promtool says what it thinks", async () => {
    expect(await promtool(["check", "rules", "/nowhere.yml"])).toMatchObject({ ok: false });
  });
});
