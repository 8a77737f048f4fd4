/**
 * Any HTTP endpoint: a CloudEvent 1.0 in structured JSON mode, signed as
 * https://www.standardwebhooks.com says, so that there are libraries that verify it.
 *
 * S1. The `id` belongs to the message: each try has the same, and the receiver can leave out what it
 *     has already seen.
 * S2. Signed is `<id>.<timestamp>.<body>`: a recorded request is worth nothing later, and no part of
 *     it can be changed.
 */
import { createHmac } from "node:crypto";

import type { WebhookConfig } from "../../config/notify-config.ts";
import type { Message } from "../message.ts";
import { isWanted, POSTS, type CreateNotifier } from "../notifier.ts";

export const webhook: CreateNotifier<WebhookConfig> = (config, secrets) => {
  const { concerns = POSTS, on = ["failed", "recovered", "succeeded"] } = config;
  const { url, headers } = secrets.endpoint(config.url, "url");
  // Unsigned because a variable is missing would be taken for somebody else's by the receiver.
  const key =
    config.secret === undefined ? undefined : keyOf(secrets.required(config.secret, "secret"));
  const own = Object.entries(config.headers ?? {}).map(
    ([name, value]) => [name.toLowerCase(), secrets.required(value, `headers.${name}`)] as const,
  );
  return {
    deliveries(message) {
      if (!isWanted(message, concerns, on)) return [];
      const event = cloudEvent(message);
      const body = JSON.stringify(event);
      return [
        {
          what: "the event",
          url,
          headers: {
            ...headers,
            ...Object.fromEntries(own),
            "content-type": "application/cloudevents+json; charset=utf-8",
          },
          body,
          ...(key && { sign: (at: Date) => signature(key, event.id, at, body) }),
        },
      ];
    },
  };
};

export interface CloudEvent {
  readonly specversion: "1.0";
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: "application/json";
  readonly data: Message;
}

function cloudEvent(message: Message): CloudEvent {
  const { kind, test, runId, cluster, database, historySchema } = message;
  const path = [cluster, database, historySchema].filter((part) => part !== "");
  return {
    specversion: "1.0",
    id: `${runId}.${kind}`,
    source: `/lockstep/${path.map(encodeURIComponent).join("/")}`,
    type: `dev.lockstep.${test ? "test" : `run.${kind}`}`,
    subject: runId,
    time: message.at,
    datacontenttype: "application/json",
    data: message,
  };
}

/** A key as Standard Webhooks writes it is base64 behind `whsec_`; any other is taken as it is. */
function keyOf(secret: string): Buffer {
  const encoded = /^whsec_(.+)$/.exec(secret)?.[1];
  return encoded === undefined ? Buffer.from(secret, "utf8") : Buffer.from(encoded, "base64");
}

function signature(key: Buffer, id: string, at: Date, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const signed = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signed}`,
  };
}
