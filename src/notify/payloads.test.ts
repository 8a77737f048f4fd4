import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import type { Ajv as AjvClass } from "ajv";
import { describe, expect, test } from "vitest";

import type { AlertmanagerConfig, NotifierConfig, WebhookConfig } from "../config/notify-config.ts";
import type { RunEvent } from "../runner/events.ts";
import { dedupKey, type Message } from "./message.ts";
import type { Delivery } from "./notifier.ts";
import { createNotifier } from "./registry.ts";
import * as schemas from "./schemas.fixture.ts";
import { Secrets } from "./secrets.ts";
import {
  events,
  FAILED_RUN,
  message,
  NOTHING_RUN,
  PLACE,
  RECOVERED_RUN,
  STARTED,
} from "./story.fixture.ts";
import { testMessages } from "./trial.ts";

const require = createRequire(import.meta.url);
const { Ajv } = require("ajv") as { Ajv: typeof AjvClass };
const addFormats = require("ajv-formats") as (ajv: AjvClass) => void;
const ajv = new Ajv({ allErrors: true, strict: false });
addFormats(ajv);

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
}

const KEY = "0123456789abcdef0123456789abcdef";
const HOOK = "https://hooks.slack.com/services/T000/B000/xxxx";
const PAGERDUTY: NotifierConfig = { type: "pagerduty", routingKey: KEY };
const ALERTMANAGER: AlertmanagerConfig = { type: "alertmanager", url: "http://am:9093" };
const SLACK: NotifierConfig = { type: "slack", url: HOOK };
const WEBHOOK: WebhookConfig = {
  type: "webhook",
  url: "https://example.com/hook",
  secret: "s3cret",
};
const ALL = [PAGERDUTY, ALERTMANAGER, SLACK, WEBHOOK];

async function deliveries(config: NotifierConfig, said: Message): Promise<readonly Delivery[]> {
  return (await createNotifier(config, new Secrets({}))).deliveries(said);
}

async function bodies<T = Readonly<Record<string, unknown>>>(
  config: NotifierConfig,
  said: Message,
): Promise<readonly T[]> {
  return (await deliveries(config, said)).map(({ body }) => JSON.parse(body));
}

function expectValid(schema: object, body: unknown): void {
  const valid = ajv.validate(schema, body);
  expect({ valid, errors: ajv.errors }).toEqual({ valid: true, errors: null });
}

function schemaOf(config: NotifierConfig, { url }: Delivery): object {
  switch (config.type) {
    case "pagerduty":
      return url.endsWith("/v2/change/enqueue")
        ? schemas.PAGERDUTY_CHANGE
        : schemas.PAGERDUTY_ALERT;
    case "alertmanager":
      return schemas.ALERTMANAGER_ALERTS;
    case "slack":
      return schemas.SLACK_MESSAGE;
    case "webhook":
      return schemas.CLOUD_EVENT;
  }
}

/** A failure whose every text is too long for everybody, with characters that mean something. */
const HUGE: readonly RunEvent[] = events("r", [
  STARTED,
  { event: "run-recorded" },
  {
    event: "run-finished",
    outcome: "failed",
    applied: [],
    remaining: 1,
    durationMs: 1,
    longestWaitMs: 0,
    failure: {
      class: "syntax",
      exitCode: 79,
      what: "<!channel> & `x` ``` \u{1f600}".repeat(2_000),
      state: "s<".repeat(9_000),
      action: "a&".repeat(9_000),
      migration: "m".repeat(5_000),
      location: { file: "f".repeat(5_000), line: 1, column: 1, lineText: "```".repeat(3_000) },
      server: { sqlstate: "42601", message: "<>&".repeat(5_000) },
      notes: Array.from({ length: 500 }, () => "<note>".repeat(1_000)),
    },
  },
]);

describe.each(ALL)("what $type is sent", (config) => {
  test.each([
    ["a failure", message(FAILED_RUN)],
    ["a recovery", message(RECOVERED_RUN)],
    ["nothing to do", message(NOTHING_RUN)],
    ["a failure that is too long", message(HUGE, { cluster: "c".repeat(900) })],
    ["no links and no cluster", message(FAILED_RUN, { links: {}, cluster: "" })],
    [
      "links that are none",
      message(FAILED_RUN, { links: { run: "see wiki", runbook: "javascript:x" } }),
    ],
    ["a test", testMessages(PLACE, "r", new Date(0))[0]],
    ["the end of a test", testMessages(PLACE, "r", new Date(0))[1]],
  ])("is what it documents: %s", async (_what, said) => {
    for (const delivery of await deliveries(config, said)) {
      expectValid(schemaOf(config, delivery), JSON.parse(delivery.body));
      // PagerDuty takes 512 KB, and nobody reads the half of it.
      expect(delivery.body.length).toBeLessThan(100_000);
    }
  });

  test("says class, state, instruction, file with line, run and links", async () => {
    const text = (await deliveries(config, message(FAILED_RUN))).map(({ body }) => body).join("");
    for (const part of [
      "data.unique",
      "there and INVALID",
      "Remove the duplicates",
      "20260507_orders_number.sql",
      "2f0a7c1e-8d54-4c39-9d3b-6a1f0e5b7c20",
      "https://runbooks.example.com/lockstep#data.unique",
      "https://ci.example.com/jobs/4711",
      "lockstep explain 2f0a7c1e",
      "2 rows have the same",
    ]) {
      expect(text).toContain(part);
    }
    // A value of a row is nobody's business outside.
    expect(text).not.toContain("2024-000317");
  });

  test("a password in a text is not sent", async () => {
    const finished = FAILED_RUN.at(-1) as Extract<RunEvent, { event: "run-finished" }>;
    const what = "create role x password 'hunter2' at postgres://u:hunter2@h/d";
    const failure = {
      ...finished.failure!,
      what,
      notes: [what],
      location: { file: "f", line: 1, column: 1, lineText: what },
    };
    const run = [...FAILED_RUN.slice(0, 2), { ...finished, failure }];
    const sent = await deliveries(config, message(run));
    expect(sent.length).toBeGreaterThan(0);
    expect(JSON.stringify(sent)).not.toContain("hunter2");
  });

  test("a failure that nobody need be told of is not told", async () => {
    const finished = FAILED_RUN.at(-1) as Extract<RunEvent, { event: "run-finished" }>;
    const failure = { ...finished.failure!, class: "terminated" as const, exitCode: 143 };
    const run = [
      ...FAILED_RUN.slice(0, 2),
      { ...finished, outcome: "interrupted" as const, failure },
    ];
    expect(await deliveries(config, message(run))).toEqual([]);
    expect(await deliveries({ ...config, concerns: ["nobody"] }, message(run))).toHaveLength(1);
    expect(await deliveries({ ...config, concerns: ["author"] }, message(FAILED_RUN))).toEqual([]);
  });
});

describe("PagerDuty", () => {
  test("the alert is ended by a run that applies something, with the same key", async () => {
    const [alert] = await bodies(PAGERDUTY, message(FAILED_RUN));
    expect(alert).toMatchObject({
      event_action: "trigger",
      dedup_key: "lockstep/prod-eu/shop/lockstep",
      payload: { severity: "critical", class: "data.unique" },
    });
    const [work, start, change] = await deliveries(PAGERDUTY, message(RECOVERED_RUN));
    expect(JSON.parse(work!.body)).toEqual({
      routing_key: KEY,
      event_action: "resolve",
      dedup_key: alert!["dedup_key"],
    });
    expect(JSON.parse(start!.body)).toMatchObject({
      dedup_key: `${String(alert!["dedup_key"])}/start`,
    });
    expect(change!.url).toBe("https://events.pagerduty.com/v2/change/enqueue");
  });

  test("nothing to do ends only what failed at the start: an old pod does that too", async () => {
    const ends = await bodies(PAGERDUTY, message(NOTHING_RUN));
    expect(ends.map((one) => one["dedup_key"])).toEqual(["lockstep/prod-eu/shop/lockstep/start"]);
    // No run-recorded: it failed before it began.
    const [alert] = await bodies(PAGERDUTY, message([FAILED_RUN[0]!, FAILED_RUN.at(-1)!]));
    expect(alert!["dedup_key"]).toBe("lockstep/prod-eu/shop/lockstep/start");
  });

  test("region, own address and no change events", async () => {
    const eu = await deliveries({ ...PAGERDUTY, region: "eu" }, message(FAILED_RUN));
    expect(eu[0]!.url).toBe("https://events.eu.pagerduty.com/v2/enqueue");
    const own = { ...PAGERDUTY, url: "https://pd.example.com/", changeEvents: false } as const;
    const sent = await deliveries(own, message(RECOVERED_RUN));
    expect(sent.map(({ url }) => url)).toEqual(Array(2).fill("https://pd.example.com/v2/enqueue"));
  });
});

test("a key has at most 255 characters, stays apart and does not mix its parts up", () => {
  const long = (database: string): Message => ({
    ...message(FAILED_RUN),
    cluster: "c".repeat(300),
    database,
  });
  const keys = [
    dedupKey(long("a"), "work"),
    dedupKey(long("b"), "work"),
    dedupKey(long("a"), "start"),
  ];
  expect(new Set(keys).size).toBe(3);
  for (const key of keys) expect(key.length).toBeLessThanOrEqual(255);
  const said = message(FAILED_RUN);
  expect(dedupKey({ ...said, cluster: "a/b", database: "c" }, "work")).not.toBe(
    dedupKey({ ...said, cluster: "a", database: "b/c" }, "work"),
  );
});

describe("Alertmanager", () => {
  const alerts = async (
    said: Message,
    more: Partial<AlertmanagerConfig> = {},
  ): Promise<readonly Alert[]> => {
    const [body] = await bodies<readonly Alert[]>({ ...ALERTMANAGER, ...more }, said);
    return body!;
  };

  test("an alert lasts longer than any resolve_timeout, and its end has the same labels", async () => {
    const [fired] = await alerts(message(FAILED_RUN), {
      expiresAfter: "2h",
      labels: { team: "shop" },
    });
    expect(fired!.labels).toEqual({
      alertname: "LockstepRunFailed",
      cluster: "prod-eu",
      database: "shop",
      schema: "lockstep",
      severity: "critical",
      stage: "work",
      team: "shop",
    });
    expect(Date.parse(fired!.endsAt) - Date.parse(fired!.startsAt)).toBe(7_200_000);
    const over = await alerts(message(RECOVERED_RUN), { labels: { team: "shop" } });
    const same = over.filter((one) => JSON.stringify(one.labels) === JSON.stringify(fired!.labels));
    expect(same).toEqual([
      { labels: fired!.labels, startsAt: same[0]!.startsAt, endsAt: same[0]!.startsAt },
    ]);
  });

  test("a failure of another severity ends the one before", async () => {
    const [first, ...others] = await alerts(message(FAILED_RUN));
    expect(first!.labels["severity"]).toBe("critical");
    expect(others.map((one) => [one.labels["severity"], one.endsAt === one.startsAt])).toEqual([
      ["error", true],
      ["warning", true],
      ["info", true],
    ]);
  });

  test("every peer is told, with the login", async () => {
    const url = ["https://u:p%40ss@a:9093/am/", "https://b:9093"];
    const sent = await deliveries({ type: "alertmanager", url }, message(FAILED_RUN));
    expect(sent.map((one) => [one.url, one.headers["authorization"]])).toEqual([
      ["https://a:9093/am/api/v2/alerts", `Basic ${btoa("u:p@ss")}`],
      ["https://b:9093/api/v2/alerts", undefined],
    ]);
    const basic = { ...ALERTMANAGER, username: "u", password: "pw" };
    expect((await deliveries(basic, message(FAILED_RUN)))[0]!.headers["authorization"]).toBe(
      `Basic ${btoa("u:pw")}`,
    );
    const token = { ...ALERTMANAGER, token: "t0ken" };
    expect((await deliveries(token, message(FAILED_RUN)))[0]!.headers["authorization"]).toBe(
      "Bearer t0ken",
    );
  });
});

test.each([SLACK, WEBHOOK])("$type is not told that there was nothing to do", async (config) => {
  expect(await deliveries(config, message(NOTHING_RUN))).toEqual([]);
});

describe("Slack", () => {
  test("what could be markup is only text", async () => {
    const [post] = await bodies(SLACK, message(HUGE));
    const text = JSON.stringify(post);
    expect(text).not.toContain("<!channel>");
    expect(text).toContain("&lt;!channel&gt;");
  });

  test("a success is told only where that is asked for", async () => {
    const [started, recorded, finished] = RECOVERED_RUN;
    const { previous: _, ...alone } = recorded as Extract<RunEvent, { event: "run-recorded" }>;
    const plain = message([started!, alone, finished!]);
    expect(plain.kind).toBe("succeeded");
    expect(await deliveries(SLACK, plain)).toEqual([]);
    expect(await deliveries({ ...SLACK, on: ["succeeded"] }, plain)).toHaveLength(1);
    expect(await deliveries(SLACK, message(RECOVERED_RUN))).toHaveLength(1);
    expect(await deliveries({ ...SLACK, on: ["recovered"] }, message(FAILED_RUN))).toEqual([]);
  });
});

describe("webhook", () => {
  test("type, id and source of the event", async () => {
    const [failed] = await bodies(WEBHOOK, message(FAILED_RUN));
    expect(failed).toMatchObject({
      specversion: "1.0",
      id: "2f0a7c1e-8d54-4c39-9d3b-6a1f0e5b7c20.failed",
      source: "/lockstep/prod-eu/shop/lockstep",
      type: "dev.lockstep.run.failed",
      data: { failure: { class: "data.unique", stage: "work" } },
    });
    const [recovered] = await bodies(WEBHOOK, message(RECOVERED_RUN));
    expect(recovered).toMatchObject({
      type: "dev.lockstep.run.recovered",
      data: { previous: { failureClass: "data.unique" }, applied: 2 },
    });
  });

  test.each([
    ["s3cret", Buffer.from("s3cret")],
    ["whsec_AAECAw==", Buffer.from([0, 1, 2, 3])],
  ])("is signed with %s over id, time and body", async (secret, key) => {
    const [delivery] = await deliveries({ ...WEBHOOK, secret }, message(FAILED_RUN));
    const headers = delivery!.sign!(new Date(1_700_000_000_900));
    const signed = `${headers["webhook-id"]}.1700000000.${delivery!.body}`;
    expect(headers).toEqual({
      "webhook-id": "2f0a7c1e-8d54-4c39-9d3b-6a1f0e5b7c20.failed",
      "webhook-timestamp": "1700000000",
      "webhook-signature": `v1,${createHmac("sha256", key).update(signed).digest("base64")}`,
    });
  });

  test("without a secret it is not signed; own headers do not replace those of the event", async () => {
    const config: NotifierConfig = {
      type: "webhook",
      url: "https://example.com/hook",
      headers: { "X-Team": "shop", "Content-Type": "text/plain" },
    };
    const [delivery] = await deliveries(config, message(FAILED_RUN));
    expect(delivery!.sign).toBeUndefined();
    expect(delivery!.headers).toEqual({
      "x-team": "shop",
      "content-type": "application/cloudevents+json; charset=utf-8",
    });
  });
});

test("what ends without its last event is a bug, and somebody is told", () => {
  const said = message(FAILED_RUN.slice(0, 3));
  expect(said).toMatchObject({
    kind: "failed",
    severity: "error",
    failure: { class: "bug", exitCode: 70 },
  });
});
