import { expect, test } from "vitest";

import type { Failure } from "../failures/failure.ts";
import { checkConfig } from "./config-schema.ts";

function notes(notify: unknown): readonly string[] {
  try {
    checkConfig({ notify }, "lockstep.config.json");
    return [];
  } catch (error) {
    return (error as Failure).notes;
  }
}

test("every kind with all that it may have", () => {
  const notify = [
    {
      type: "pagerduty",
      name: "on-call",
      routingKey: { env: "PAGERDUTY_KEY" },
      region: "eu",
      url: "https://events.example.com",
      changeEvents: false,
      concerns: ["on-call", "urgent"],
    },
    {
      type: "alertmanager",
      url: ["http://am-0:9093", { env: "AM_1" }],
      username: "lockstep",
      password: { env: "AM_PASSWORD" },
      token: "t",
      labels: { team: "shop" },
      expiresAfter: "12h",
    },
    { type: "slack", url: { env: "SLACK_URL" }, on: ["failed"] },
    {
      type: "webhook",
      url: "https://example.com/hook",
      secret: { env: "HOOK_SECRET" },
      headers: { "x-team": "shop", authorization: { env: "HOOK_AUTH" } },
      on: ["failed", "recovered", "succeeded"],
    },
  ];
  expect(checkConfig({ notify }, "f").notify).toEqual(notify);
  expect(checkConfig({ environments: { staging: { notify } } }, "f").environments).toBeDefined();
});

test("what a variable that is not set looks like is no error", () => {
  expect(
    notes([
      { type: "pagerduty", routingKey: undefined },
      { type: "slack", url: "" },
      { type: "alertmanager", url: undefined },
      { type: "alertmanager", url: [undefined, ""] },
      { type: "webhook" },
    ]),
  ).toEqual([]);
});

test.each([
  [[{ type: "pagerdut" }], /`notify\.0` has the type `pagerdut`.*did you mean `pagerduty`/],
  [[{ type: "opsgenie" }], /`opsgenie`, which is not known; it must be one of `pagerduty`/],
  [[{ url: "https://x" }], /must have a `type`: one of/],
  [["slack"], /must have a `type`/],
  [{ type: "slack" }, /`notify` must be a list/],
  [
    [{ type: "pagerduty", routngKey: "k" }],
    /`notify\.0\.routngKey` is not known; did you mean `routingKey`/,
  ],
  [[{ type: "slack", on: ["broken"] }], /`notify\.0\.on\.0` must be `failed`, `recovered` or/],
  [[{ type: "slack", concerns: ["me"] }], /must be `nobody`, `author`/],
  [
    [{ type: "slack", url: "hooks.slack.com/x" }],
    /`notify\.0\.url` must be an address that begins/,
  ],
  [
    [{ type: "alertmanager", url: ["ftp://x"] }],
    /`notify\.0\.url\.0` must be an address that begins/,
  ],
  [[{ type: "alertmanager", labels: { severity: "x" } }], /must not have .*`severity`/],
  [[{ type: "alertmanager", labels: { "a-b": "x" } }], /letters, digits and `_`/],
  [[{ type: "alertmanager", expiresAfter: "soon" }], /must be a duration like `24h`/],
  [[{ type: "webhook", secret: 5 }], /must be a string or the name of a variable/],
  [[{ type: "webhook", secret: { var: "X" } }], /secret/],
])("%j is refused with words that help", (notify, words) => {
  expect(notes(notify).join("\n")).toMatch(words);
});

test("a secret that is refused is not in the message", () => {
  const url = "htps://hooks.slack.com/services/T0/B0/secret";
  expect(notes([{ type: "slack", url }])).toHaveLength(1);
  expect(JSON.stringify(notes([{ type: "slack", url }]))).not.toContain("secret");
});
