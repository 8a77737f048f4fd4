/** docs/notify.md says what is really sent, and its examples are loaded. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

import { loadConfig } from "../../src/config/load-config.ts";
import type { NotifierConfig } from "../../src/config/notify-config.ts";
import { NOTIFY_KEYS } from "../../src/config/notify-config-schema.ts";
import { EXIT_CODES } from "../../src/failures/exit-codes.ts";
import { severityOf } from "../../src/notify/message.ts";
import { createNotifier, NOTIFIERS } from "../../src/notify/registry.ts";
import { Secrets } from "../../src/notify/secrets.ts";
import { FAILED_RUN, message } from "../../src/notify/story.fixture.ts";
import { project } from "../support/project.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../docs/notify.md"), "utf8");

function fences(info: string): string[] {
  return [...PAGE.matchAll(new RegExp(`^\`\`\`${info}\\n([^]*?)^\`\`\`$`, "gm"))].map(
    ([, text = ""]) => text,
  );
}

test.each([
  ["ts", fences("ts config")],
  ["json", fences("json config")],
])("every example configuration in %s loads", async (ext, examples) => {
  expect(examples.length).toBeGreaterThan(0);
  for (const text of examples) {
    const app = await project({ files: { [`lockstep.config.${ext}`]: text } });
    const loaded = await loadConfig(app.dir, undefined);
    const lists = [loaded!.config, ...Object.values(loaded!.config.environments ?? {})];
    expect(lists.flatMap(({ notify = [] }) => notify).length).toBeGreaterThan(0);
  }
});

const SENT: readonly NotifierConfig[] = [
  { type: "pagerduty", routingKey: "0123456789abcdef0123456789abcdef" },
  { type: "alertmanager", url: "http://alertmanager:9093", labels: { team: "shop" } },
  { type: "slack", url: "https://hooks.slack.com/services/T/B/x" },
  { type: "webhook", url: "https://hooks.example.com/lockstep" },
];

describe("what is sent", () => {
  test.each(SENT)("$type", async (config) => {
    const notifier = await createNotifier(config, new Secrets({}));
    const [delivery] = notifier.deliveries(message(FAILED_RUN));
    const body: unknown = JSON.parse(delivery!.body);
    const shown = new RegExp(`<!-- sent: ${config.type} -->\\n+\`\`\`json\\n([^]*?)^\`\`\`$`, "m");
    // Of Alertmanager's list the first is the alert; the others end what it was before.
    const sent: unknown = Array.isArray(body) ? body.slice(0, 1) : body;
    expect(JSON.parse(shown.exec(PAGE)?.[1] ?? "null")).toEqual(sent);
  });

  test("is shown for every kind there is", () => {
    expect(SENT.map(({ type }) => type)).toEqual(Object.keys(NOTIFIERS));
  });
});

test("the table of exit codes is the one of the code", () => {
  const rows = Object.values(EXIT_CODES)
    .filter(({ code }) => code !== 0)
    .map(({ code, name, concerns }) => {
      const severity = concerns === "nobody" ? "" : severityOf(concerns, code);
      return `| ${code} | ${name} | \`${concerns}\` | ${severity}${severity === "" ? "" : " "}|`;
    });
  const table = /^\| exit code \|[^]*?\n\n/m.exec(PAGE)?.[0] ?? "";
  expect(table.trim().split("\n").slice(2)).toEqual(rows);
});

test("every key of the configuration is described", () => {
  const named = new Set([...PAGE.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  expect(NOTIFY_KEYS["notify"]!.filter((key) => !named.has(key))).toEqual([]);
});

test("the example that verifies a signature accepts ours, and nothing else", async () => {
  const [code = ""] = fences("js verify");
  const { verify } = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
    verify(headers: object, body: string, secret: string, now?: number): boolean;
  };
  const config: NotifierConfig = {
    type: "webhook",
    url: "https://x.example.com",
    secret: "s3cret",
  };
  const notifier = await createNotifier(config, new Secrets({}));
  const [delivery] = notifier.deliveries(message(FAILED_RUN));
  const now = Date.now();
  const headers = delivery!.sign!(new Date(now));
  const { body } = delivery!;
  expect(verify(headers, body, "s3cret")).toBe(true);
  expect(verify(headers, body.replace("data.unique", "data.check"), "s3cret")).toBe(false);
  expect(verify(headers, body, "another")).toBe(false);
  expect(verify({ ...headers, "webhook-id": "x" }, body, "s3cret")).toBe(false);
  expect(verify(headers, body, "s3cret", now + 600_000)).toBe(false);
  expect(verify({ ...headers, "webhook-signature": "" }, body, "s3cret")).toBe(false);
});
