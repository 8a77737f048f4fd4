/** `lockstep notify`: a person tries who would be told, without a migration and without a database. */
import { expect, test } from "vitest";

import { runCli } from "../support/cli.ts";
import { project } from "../support/project.ts";
import { skipWithoutAlertmanager, startAlertmanager } from "../support/alertmanager.ts";
import { startReceiver } from "../support/receiver.ts";

const KEY = "0123456789abcdef0123456789abcdef";
/** Nobody listens there: the command must not connect. */
const DATABASE = "postgres://migrator:pw@127.0.0.1:1/shop";

interface Result {
  readonly notifiers: readonly { name: string; type: string; result?: string; message?: string }[];
}

test("without --test it lists them, and nobody is told", async () => {
  const server = await startReceiver();
  const app = await project({
    config: {
      notify: [
        { type: "slack", url: server.url },
        { type: "slack", url: server.url },
        { type: "webhook", name: "audit", url: server.url },
      ],
    },
  });
  const { code, stdout } = await runCli(["notify"], { cwd: app.dir });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^slack 1 +slack\nslack 2 +slack\naudit +webhook\n/);
  expect(server.requests).toEqual([]);
});

test("with --test each gets messages that say that they are a test", async () => {
  const server = await startReceiver(({ path }) => ({
    status: path.startsWith("/v2") ? 202 : 200,
  }));
  const app = await project({
    config: {
      cluster: "prod-eu",
      notify: [
        { type: "pagerduty", routingKey: { env: "PD_KEY" }, url: server.url },
        { type: "slack", url: `${server.url}/slack` },
        { type: "webhook", url: `${server.url}/hook`, secret: "s3cret" },
        { type: "alertmanager", url: server.url },
      ],
    },
  });
  const options = { cwd: app.dir, url: DATABASE, env: { PD_KEY: KEY } };
  const { code, stdout, stderr } = await runCli(["notify", "--test"], options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/✓ pagerduty +told \(202, 202, 202\)\n✓ slack +told \(200, 200\)/);
  expect(stdout).toContain("Everybody was told.");
  expect(stdout).not.toContain("pw");

  const at = (path: string): Record<string, unknown>[] =>
    server.requests
      .filter((request) => request.path === path)
      .map((request) => request.json() as Record<string, unknown>);
  expect(at("/v2/enqueue").map((one) => [one["event_action"], one["dedup_key"]])).toEqual([
    ["trigger", expect.stringMatching(/^lockstep\/prod-eu\/shop\/.*\/test$/)],
    ["resolve", expect.stringMatching(/\/test$/)],
    ["resolve", expect.stringMatching(/\/test$/)],
  ]);
  for (const request of server.requests.filter(({ body }) => !body.includes('"resolve"'))) {
    expect(request.body).toMatch(/\[test\]|"test":"true"/);
  }
  expect(at("/hook").map((one) => one["type"])).toEqual(["dev.lockstep.test", "dev.lockstep.test"]);
  // It ends by itself: an end that came now would be in time for nobody to see it.
  expect(at("/api/v2/alerts")).toHaveLength(1);
});

test("who could not be told is named with what was answered, and the exit code is 75", async () => {
  const server = await startReceiver(({ path }) =>
    path === "/slack" ? { status: 404, body: "no_service" } : { status: 200 },
  );
  const app = await project({
    config: {
      notify: [
        { type: "slack", url: `${server.url}/slack` },
        { type: "webhook", url: `${server.url}/hook` },
      ],
    },
  });
  const options = { cwd: app.dir, url: DATABASE };
  const { code, stdout } = await runCli(["notify", "--test"], options);
  expect(code).toBe(75);
  expect(stdout).toMatch(
    /✗ slack +the message: 127\.0\.0\.1:\d+ answers 404: no_service\n✓ webhook +told/,
  );
  expect(stdout).toContain("1 notifier could not be told.");

  const json = await runCli(["notify", "--test", "--json"], options);
  expect(json.code).toBe(75);
  expect((json.json() as Result).notifiers.map(({ name, result }) => [name, result])).toEqual([
    ["slack", "failed"],
    ["webhook", "told"],
  ]);
});

test("what is not configured is told apart: 78", async () => {
  const app = await project({
    config: { notify: [{ type: "pagerduty", routingKey: { env: "PD" } }] },
  });
  const { code, stdout } = await runCli(["notify", "--test"], { cwd: app.dir, url: DATABASE });
  expect(code).toBe(78);
  expect(stdout).toContain(
    "✗ pagerduty  `routingKey` is to be taken from the variable `PD`, which is not set",
  );

  const without = await project({ config: { environments: { staging: {} } } });
  const none = await runCli(["notify", "--env", "staging"], { cwd: without.dir });
  expect(none.code).toBe(78);
  expect(none.stderr).toContain("The environment `staging` has no `notify`");
});

const reason = skipWithoutAlertmanager();

test.skipIf(reason !== undefined)("a test is a firing alert of a real Alertmanager", async () => {
  const hook = await startReceiver();
  const alertmanager = await startAlertmanager({ webhookUrl: hook.url });
  const app = await project({
    config: { notify: [{ type: "alertmanager", url: alertmanager.url }] },
  });
  const { code } = await runCli(["notify", "--test"], { cwd: app.dir, url: DATABASE });
  expect(code).toBe(0);
  await hook.waitFor(({ body }) => body.includes("this is what a failure looks like"), "the test");
  const [alert] = await alertmanager.alerts();
  expect(alert!.labels).toMatchObject({ test: "true", database: "shop", severity: "info" });
});
