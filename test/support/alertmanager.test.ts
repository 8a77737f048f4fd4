import { describe, expect, test } from "vitest";

import {
  skipWithoutAlertmanager,
  startAlertmanager,
  type AlertmanagerNotification,
} from "./alertmanager.ts";
import { startReceiver } from "./receiver.ts";

const reason = skipWithoutAlertmanager();

describe.skipIf(reason !== undefined)(
  `Alertmanager${reason ? ` (skipped: ${reason})` : ""}`,
  () => {
    test("passes on what fires and what is resolved, within seconds", async () => {
      const webhook = await startReceiver();
      const alertmanager = await startAlertmanager({ webhookUrl: `${webhook.url}/hook` });
      const post = async (alert: object): Promise<void> => {
        const response = await fetch(`${alertmanager.url}/api/v2/alerts`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify([alert]),
        });
        expect(response.status, await response.text()).toBe(200);
      };
      const statusOf = (body: string): string =>
        (JSON.parse(body) as AlertmanagerNotification).status;

      await post({ labels: { alertname: "Test" } });
      await webhook.waitFor(({ body }) => statusOf(body) === "firing", "the alert");
      expect(await alertmanager.alerts()).toHaveLength(1);
      await post({ labels: { alertname: "Test" }, endsAt: new Date().toISOString() });
      await webhook.waitFor(({ body }) => statusOf(body) === "resolved", "its end");
      expect(webhook.requests.map(({ path }) => path)).toEqual(["/hook", "/hook"]);
    });
  },
);
