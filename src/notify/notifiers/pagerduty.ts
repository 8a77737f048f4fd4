/**
 * PagerDuty, Events API v2: an alert for a failure, its end with the next success of the same
 * database, and a change event for what was applied, which shows beside incidents of the service.
 *
 * The resolve of an alert that is not open does nothing, so that it is sent with every success: who
 * was told may have been told by another run, in another pod.
 */
import type { PagerDutyConfig } from "../../config/notify-config.ts";
import { dedupKey, stagesOver, type Message, type Stage } from "../message.ts";
import { isWanted, WAKES, type CreateNotifier, type Delivery } from "../notifier.ts";
import { cut } from "../text.ts";

const ADDRESS = {
  us: "https://events.pagerduty.com",
  eu: "https://events.eu.pagerduty.com",
} as const;

export const pagerduty: CreateNotifier<PagerDutyConfig> = (config, secrets) => {
  const { concerns = WAKES, changeEvents = true, region = "us" } = config;
  const routingKey = secrets.required(config.routingKey, "routingKey");
  const base = (config.url ?? ADDRESS[region]).replace(/\/+$/, "");
  const post = (what: string, path: string, body: object): Delivery => ({
    what,
    url: `${base}${path}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ routing_key: routingKey, ...body }),
  });
  const trigger = (message: Message): Delivery => post("the alert", "/v2/enqueue", alert(message));
  const resolve = (message: Message, stage: Stage): Delivery =>
    post("the end of the alert", "/v2/enqueue", {
      event_action: "resolve",
      dedup_key: dedupKey(message, stage),
    });
  return {
    deliveries(message) {
      if (message.failure) return isWanted(message, concerns, ["failed"]) ? [trigger(message)] : [];
      const ends = stagesOver(message).map((stage) => resolve(message, stage));
      if (!changeEvents || message.applied === 0) return ends;
      return [...ends, post("the change event", "/v2/change/enqueue", change(message))];
    },
  };
};

function alert(message: Message): object {
  const { failure, links } = message;
  const pipeline = links.find(({ text }) => text === "Pipeline");
  return {
    event_action: "trigger",
    dedup_key: dedupKey(message, failure!.stage),
    client: "Lockstep",
    ...(pipeline && { client_url: pipeline.href }),
    links: links.map(({ text, href }) => ({ href, text })),
    payload: {
      summary: cut(message.summary, 1_024),
      source: message.target || message.where,
      severity: message.severity,
      timestamp: message.at,
      component: message.database,
      group: message.cluster || message.environment || message.database,
      class: failure!.class,
      custom_details: details(message),
    },
  };
}

function change(message: Message): object {
  return {
    payload: {
      summary: cut(message.summary, 1_024),
      source: message.target || message.where,
      timestamp: message.at,
      custom_details: details(message),
    },
    links: message.links.map(({ text, href }) => ({ href, text })),
  };
}

/** Flat, and in the order in which it is read: PagerDuty shows it as a table. */
function details(message: Message): Record<string, unknown> {
  const { failure } = message;
  return {
    ...(failure && {
      what: failure.what,
      state: failure.state,
      what_to_do: failure.action,
      next_command: message.next,
      failure_class: failure.class,
      exit_code: `${failure.exitCode} ${failure.exitName}`,
      migration: failure.migration,
      file: failure.file === undefined ? undefined : `${failure.file}:${failure.line}`,
      statement: failure.statement,
      sqlstate: failure.sqlstate,
      server: failure.server,
      notes: failure.notes.length > 0 ? failure.notes : undefined,
    }),
    run_id: message.runId,
    command: message.command,
    applied: message.migrations,
    remaining: message.remaining,
    duration_ms: message.durationMs,
    cluster: message.cluster || undefined,
    environment: message.environment,
    database: message.database,
    history_schema: message.historySchema,
    host: message.host,
    lockstep: message.toolVersion,
  };
}
