/**
 * Real runs of the command, on a real database, and who is told of them. What a notifier does or
 * leaves must never show in the run: its outcome, its exit code, its stdout.
 */
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import type { Ajv as AjvClass } from "ajv";
import { describe, expect, test } from "vitest";

import * as schemas from "../../src/notify/schemas.fixture.ts";
import {
  skipWithoutAlertmanager,
  startAlertmanager,
  type AlertmanagerNotification,
} from "../support/alertmanager.ts";
import { runCli, startCli, type CliResult } from "../support/cli.ts";
import { connect, expectNoLeftovers, freshDatabase } from "../support/database.ts";
import { project } from "../support/project.ts";
import { waitUntil } from "../support/wait-until.ts";
import { startReceiver, type ReceivedRequest, type Respond } from "../support/receiver.ts";

const require = createRequire(import.meta.url);
const { Ajv } = require("ajv") as { Ajv: typeof AjvClass };
const ajv = new Ajv({ allErrors: true, strict: false });
(require("ajv-formats") as (ajv: AjvClass) => void)(ajv);

const KEY = "0123456789abcdef0123456789abcdef";
const GOOD = "create table orders (id int primary key);\n";
const BROKEN =
  "-- Two commands.\nalter table orders\n  add column total int,\n  drop column absent;\n";
const FIXED = "alter table orders add column total int;\n";

function expectValid(schema: object, body: unknown): void {
  const valid = ajv.validate(schema, body);
  expect({ valid, errors: ajv.errors }).toEqual({ valid: true, errors: null });
}

interface Told {
  readonly failed: CliResult;
  readonly fixed: CliResult;
  readonly again: CliResult;
}

/** A run that fails, the same with the file corrected, and one that has nothing to do. */
async function failFixRepeat(
  url: string,
  notify: readonly object[],
  more: { readonly env?: Record<string, string>; readonly config?: object } = {},
): Promise<Told> {
  const app = await project({
    files: { "migrations/1_orders.sql": GOOD, "migrations/2_total.sql": BROKEN },
    config: { cluster: "test", notify, ...more.config },
  });
  const up = (): Promise<CliResult> =>
    runCli(["up", "--json"], { cwd: app.dir, url, ...(more.env && { env: more.env }) });
  const failed = await up();
  await app.write("migrations/2_total.sql", FIXED);
  const fixed = await up();
  return { failed, fixed, again: await up() };
}

function expectEnds({ failed, fixed, again }: Told): void {
  expect([failed.code, fixed.code, again.code]).toEqual([79, 0, 0]);
  // stdout is events and nothing else.
  expect(failed.events().at(-1)).toMatchObject({ event: "run-finished", outcome: "failed" });
  expect(fixed.events().at(-1)).toMatchObject({ outcome: "applied", applied: ["2_total"] });
  expect(again.events().at(-1)).toMatchObject({ outcome: "nothing-to-do" });
}

const reason = skipWithoutAlertmanager();

describe.skipIf(reason !== undefined)(
  `Alertmanager${reason ? ` (skipped: ${reason})` : ""}`,
  () => {
    const notifications = (requests: readonly ReceivedRequest[]): AlertmanagerNotification[] =>
      requests.map((request) => request.json() as AlertmanagerNotification);

    test("a failure fires, the fix resolves it, nothing to do changes nothing", async () => {
      await using db = await freshDatabase();
      const hook = await startReceiver();
      // An alert without an end of its own would be over after a second.
      const alertmanager = await startAlertmanager({ webhookUrl: hook.url, resolveTimeout: "1s" });
      const config = { type: "alertmanager", url: alertmanager.url, labels: { team: "shop" } };
      const app = await project({
        files: { "migrations/1_orders.sql": GOOD, "migrations/2_total.sql": BROKEN },
        config: {
          cluster: "test",
          notify: [config],
          links: { runbook: "https://runbooks.example.com/lockstep" },
        },
      });
      const options = { cwd: app.dir, url: db.url };
      const began = performance.now();
      const failed = await runCli(["up"], options);
      expect(failed.code).toBe(79);
      expect(failed.stderr).not.toContain("warning:");
      await hook.waitFor(({ body }) => body.includes('"firing"'), "the alert");
      expect(performance.now() - began).toBeLessThan(15_000);

      // An old pod starts, whose image has not got the migration that failed.
      const old = await project({
        files: { "migrations/1_orders.sql": GOOD },
        config: { cluster: "test", notify: [config] },
      });
      expect((await runCli(["up"], { cwd: old.dir, url: db.url })).code).toBe(0);
      const [active, ...others] = await alertmanager.alerts();
      expect(others).toEqual([]);
      expect(active!.labels).toMatchObject({
        alertname: "LockstepRunFailed",
        cluster: "test",
        database: db.name,
        severity: "error",
        stage: "work",
        team: "shop",
      });
      expect(active!.annotations).toMatchObject({
        failure_class: "object.missing",
        migration: "2_total",
        file: "migrations/2_total.sql:2",
        sqlstate: "42703",
        runbook_url: "https://runbooks.example.com/lockstep#object.missing",
      });
      expect(active!.annotations["action"]).not.toBe("");

      await app.write("migrations/2_total.sql", FIXED);
      expect((await runCli(["up"], options)).code).toBe(0);
      await hook.waitFor(({ body }) => body.includes('"status":"resolved"'), "the end");
      expect(await alertmanager.alerts()).toEqual([]);
      const [first, last, ...rest] = notifications(hook.requests);
      expect([first!.status, last!.status, rest]).toEqual(["firing", "resolved", []]);
      expect(last!.alerts[0]!.fingerprint).toBe(first!.alerts[0]!.fingerprint);
      await expectNoLeftovers(db);
    });

    test("a failure at the start is over when a run finds nothing to do", async () => {
      await using db = await freshDatabase();
      const hook = await startReceiver();
      const alertmanager = await startAlertmanager({ webhookUrl: hook.url });
      const app = await project({
        files: { "migrations/1_orders.sql": GOOD },
        config: { notify: [{ type: "alertmanager", url: alertmanager.url }], connectWait: "1ms" },
      });
      expect((await runCli(["up"], { cwd: app.dir, url: db.url })).code).toBe(0);
      const nobody = new URL(db.url);
      nobody.port = "1";
      const failed = await runCli(["up"], { cwd: app.dir, url: nobody.href });
      expect(failed.code).toBe(75);
      await hook.waitFor(({ body }) => body.includes('"firing"'), "the alert");
      const [active] = await alertmanager.alerts();
      expect(active!.labels).toMatchObject({
        stage: "start",
        severity: "warning",
        database: db.name,
      });
      expect((await runCli(["up"], { cwd: app.dir, url: db.url })).code).toBe(0);
      await hook.waitFor(({ body }) => body.includes('"status":"resolved"'), "the end");
    });
  },
);

test("PagerDuty, Slack and a webhook get what they document", async () => {
  await using db = await freshDatabase();
  const server = await startReceiver(({ path }) => ({
    status: path.startsWith("/v2/") ? 202 : 200,
  }));
  const told = await failFixRepeat(
    db.url,
    [
      { type: "pagerduty", routingKey: { env: "PD_KEY" }, url: server.url },
      { type: "slack", url: { env: "SLACK_URL" } },
      { type: "webhook", url: `${server.url}/hook`, secret: { env: "HOOK_SECRET" } },
    ],
    { env: { PD_KEY: KEY, SLACK_URL: `${server.url}/services/T/B/x`, HOOK_SECRET: "s3cret" } },
  );
  expectEnds(told);
  expect([told.failed.stderr, told.fixed.stderr].join("")).not.toContain("warning:");
  const at = (path: string): ReceivedRequest[] =>
    server.requests.filter((request) => request.path === path);
  const json = (path: string): Record<string, unknown>[] =>
    at(path).map((request) => request.json() as Record<string, unknown>);

  const alerts = json("/v2/enqueue");
  for (const one of alerts) expectValid(schemas.PAGERDUTY_ALERT, one);
  const [trigger, ...ends] = alerts;
  const key = `lockstep/test/${db.name}/${historyOf(trigger!)}`;
  expect(trigger).toMatchObject({
    event_action: "trigger",
    dedup_key: key,
    routing_key: KEY,
    payload: { severity: "error", class: "object.missing", component: db.name },
  });
  expect(
    ends.map((one) => `${String(one["event_action"])} ${String(one["dedup_key"])}`).sort(),
  ).toEqual([`resolve ${key}`, `resolve ${key}/start`, `resolve ${key}/start`]);
  const changes = json("/v2/change/enqueue");
  expect(changes).toHaveLength(1);
  expectValid(schemas.PAGERDUTY_CHANGE, changes[0]);

  const posts = json("/services/T/B/x");
  for (const one of posts) expectValid(schemas.SLACK_MESSAGE, one);
  expect(posts.map((one) => String(one["text"]))).toEqual([
    expect.stringMatching(/^test\/\S+.*: a migration failed: .*object\.missing, exit code 79/),
    expect.stringMatching(
      /^test\/\S+.*: recovered, 1 migration applied; the run before failed with object\.missing/,
    ),
  ]);

  const hooks = at("/hook");
  expect(hooks.map((request) => (request.json() as { type: string }).type)).toEqual([
    "dev.lockstep.run.failed",
    "dev.lockstep.run.recovered",
  ]);
  for (const request of hooks) {
    expectValid(schemas.CLOUD_EVENT, request.json());
    expect(request.headers["content-type"]).toMatch(/^application\/cloudevents\+json/);
    const signed = `${String(request.headers["webhook-id"])}.${String(request.headers["webhook-timestamp"])}.${request.body}`;
    const expected = createHmac("sha256", "s3cret").update(signed).digest("base64");
    expect(request.headers["webhook-signature"]).toBe(`v1,${expected}`);
    expect((request.json() as { id: string }).id).toBe(request.headers["webhook-id"]);
  }
  await expectNoLeftovers(db);
});

/** The suite also runs with a history elsewhere. */
function historyOf(trigger: Record<string, unknown>): string {
  const { custom_details: details } = trigger["payload"] as {
    custom_details: { history_schema: string };
  };
  return details.history_schema;
}

const refuse: Respond = () => ({ status: 403, body: "invalid_token" });
const busy: Respond = () => ({ status: 429, headers: { "retry-after": "3600" } });
const broken: Respond = () => ({ status: 500, body: "oh no" });

test.each([
  ["refuses", refuse, /answers 403: invalid_token/],
  ["has too much to do", busy, /answers 429, and asks to wait 3600 s/],
  ["is broken", broken, /answers 500: oh no \(tried 3 times\)/],
  ["never answers", (): "hang" => "hang", /gave no answer within/],
  ["hangs up", (): "reset" => "reset", /cannot be reached: .* \(tried 3 times\)/],
] as const)("a server that %s changes nothing but a warning", async (_what, respond, words) => {
  await using db = await freshDatabase();
  const server = await startReceiver(respond);
  const told = await failFixRepeat(db.url, [
    { type: "pagerduty", routingKey: KEY, url: server.url },
    { type: "slack", url: `${server.url}/services/T0/B0/tok3n` },
    { type: "webhook", url: `${server.url}/hook?key=tok3n`, secret: "s3cret" },
    { type: "alertmanager", url: server.url.replace("//", "//u:tok3n@") },
  ]);
  expectEnds(told);
  const { failed, fixed, again } = told;
  for (const name of ["pagerduty", "slack", "webhook", "alertmanager"]) {
    const line = failed.stderr.split("\n").find((one) => one.startsWith(`warning: ${name}: `));
    expect(line).toMatch(words);
  }
  expect(failed.stdout).not.toContain("warning: ");
  for (const { stderr, stdout } of [failed, fixed, again]) {
    expect(stderr + stdout).not.toContain("tok3n");
    expect(stderr + stdout).not.toContain(KEY);
  }
  // The budget after a run is 5 s; a run with nothing to do gives a second.
  expect(failed.ms).toBeLessThan(15_000);
  expect(again.ms).toBeLessThan(8_000);
  await expectNoLeftovers(db);
});

test("an address where nobody listens, and secrets that are not there, are warnings", async () => {
  await using db = await freshDatabase();
  const told = await failFixRepeat(db.url, [
    { type: "slack", url: "http://127.0.0.1:2/services/tok3n" },
    { type: "pagerduty", routingKey: { env: "PD_KEY" } },
    { type: "webhook", name: "audit", url: "" },
  ]);
  expectEnds(told);
  const { stderr } = told.failed;
  expect(stderr).toMatch(/^warning: slack: the message: 127\.0\.0\.1:2 cannot be reached: /m);
  expect(stderr).toMatch(
    /^warning: pagerduty: `routingKey` is to be taken from the variable `PD_KEY`, which is not set; nobody was told$/m,
  );
  expect(stderr).toMatch(/^warning: audit: `url` is not given; nobody was told$/m);
  expect(stderr).not.toContain("tok3n");
});

test("an environment has its own notifiers, or none", async () => {
  await using db = await freshDatabase();
  const server = await startReceiver();
  const hook = (path: string): object => ({ type: "webhook", url: `${server.url}/${path}` });
  const app = await project({
    files: { "migrations/1_broken.sql": "select broken;" },
    config: {
      notify: [hook("base")],
      environments: {
        production: { notify: [hook("production")] },
        development: { notify: [] },
        staging: {},
      },
    },
  });
  for (const env of ["production", "development", "staging"]) {
    const { code } = await runCli(["up", "--env", env], { cwd: app.dir, url: db.url });
    expect(code).toBe(79);
  }
  expect(server.requests.map(({ path }) => path)).toEqual(["/production", "/base"]);
});

test("a run that is stopped by SIGTERM wakes nobody, and may be told where that is asked for", async () => {
  await using db = await freshDatabase();
  const server = await startReceiver();
  const app = await project({
    files: { "migrations/1_slow.sql": "select pg_sleep(60);" },
    config: {
      notify: [
        { type: "webhook", url: `${server.url}/default` },
        { type: "webhook", url: `${server.url}/everything`, concerns: ["nobody", "on-call"] },
        { type: "pagerduty", routingKey: KEY, url: server.url },
      ],
    },
  });
  const { code } = await stopAsleep(app.dir, db.url);
  expect(code).toBe(143);
  expect(server.requests.map(({ path }) => path)).toEqual(["/everything"]);
  expect(server.requests[0]!.json()).toMatchObject({
    data: { severity: "info", failure: { class: "terminated", concerns: "nobody", exitCode: 143 } },
  });
  await expectNoLeftovers(db);
});

test("an eviction between a failure and its end does not hide the end", async () => {
  await using db = await freshDatabase();
  const server = await startReceiver();
  const app = await project({
    files: { "migrations/1_orders.sql": "select broken;" },
    config: { notify: [{ type: "slack", url: server.url }] },
  });
  expect((await runCli(["up"], { cwd: app.dir, url: db.url })).code).toBe(79);
  await app.write("migrations/1_orders.sql", "select pg_sleep(60);");
  expect((await stopAsleep(app.dir, db.url)).code).toBe(143);
  await app.write("migrations/1_orders.sql", GOOD);
  expect((await runCli(["up"], { cwd: app.dir, url: db.url })).code).toBe(0);
  expect(server.requests.map((request) => (request.json() as { text: string }).text)).toEqual([
    expect.stringContaining("a migration failed"),
    expect.stringContaining("recovered, 1 migration applied"),
  ]);
});

/** Stops `up` with SIGTERM in the middle of a pg_sleep. */
async function stopAsleep(cwd: string, url: string): Promise<CliResult> {
  const run = startCli(["up"], { cwd, url });
  const watcher = await connect(url, "test watcher");
  const asleep = `select 1 from pg_catalog.pg_stat_activity
    where wait_event = 'PgSleep' and datname = current_database()`;
  try {
    await waitUntil(async () => (await watcher.query(asleep)).rowCount === 1, {
      deadlineMs: 20_000,
      what: "the migration to sleep",
    });
  } finally {
    await watcher.end();
  }
  run.kill("SIGTERM");
  return run.done;
}

test("a file that is invalid concerns its author: Slack is told, nobody is woken", async () => {
  await using db = await freshDatabase();
  const server = await startReceiver();
  const app = await project({
    files: { "migrations/1_a.sql": "select 1;", "migrations/1_b.sql": "select 2;" },
    config: {
      notify: [
        { type: "slack", url: `${server.url}/slack` },
        { type: "pagerduty", routingKey: KEY, url: server.url },
      ],
    },
  });
  const { code } = await runCli(["up"], { cwd: app.dir, url: db.url });
  expect(code).toBe(65);
  expect(server.requests.map(({ path }) => path)).toEqual(["/slack"]);
  expect(server.requests[0]!.body).toContain("migrations could not start");
});
