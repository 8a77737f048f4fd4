/**
 * Alertmanager, API v2.
 *
 * M1. The labels are the identity of an alert: its end must have the same ones. So what changes
 *     from failure to failure (the class, the migration) is in annotations, and the severity, which
 *     routes need as a label, is ended in each of its values.
 * M2. An alert without an end is over for Alertmanager after its `resolve_timeout`, 5 minutes by
 *     default, unless it is sent again, and a migration job is gone by then. So each one carries an
 *     end of its own, a day later by default; a success ends it before that.
 * M3. The peers of a cluster tell each other what was sent on, not what came in: each is told.
 */
import type { AlertmanagerConfig } from "../../config/notify-config.ts";
import { readDuration } from "../../config/duration.ts";
import { stagesOver, type Message, type Severity, type Stage } from "../message.ts";
import { isWanted, WAKES, type CreateNotifier } from "../notifier.ts";
import { Incomplete } from "../secrets.ts";
import { linkOf } from "../text.ts";

const DAY_MS = 86_400_000;
/** A test ends by itself, but not before a group has waited for it. */
const TEST_MS = 300_000;

const SEVERITIES: readonly Severity[] = ["critical", "error", "warning", "info"];

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

export const alertmanager: CreateNotifier<AlertmanagerConfig> = (config, secrets) => {
  const { concerns = WAKES, labels = {}, expiresAfter } = config;
  const expiresMs = expiresAfter === undefined ? DAY_MS : (readDuration(expiresAfter) ?? DAY_MS);
  const urls = [config.url].flat();
  if (urls.length === 0) throw new Incomplete("`url` is an empty list");
  const endpoints = urls.map((url) => secrets.endpoint(url, "url"));
  const login = loginOf(config, secrets);
  return {
    deliveries(message) {
      if (message.failure && !isWanted(message, concerns, ["failed"])) return [];
      // A test that is over at once would not outlive the wait of its group, and nobody would see it.
      if (message.test && !message.failure) return [];
      const alerts = message.failure
        ? [
            fired(message, labels, message.test ? TEST_MS : expiresMs),
            ...otherSeverities(message, labels),
          ]
        : ended(message, labels);
      const body = JSON.stringify(alerts);
      return endpoints.map(({ url, headers }) => ({
        what: message.failure ? "the alert" : "the end of the alert",
        url: `${url.replace(/\/+$/, "")}/api/v2/alerts`,
        headers: { "content-type": "application/json", ...headers, ...login },
        body,
      }));
    },
  };
};

function loginOf(
  config: AlertmanagerConfig,
  secrets: Parameters<typeof alertmanager>[1],
): Record<string, string> {
  const { username } = config;
  if (username !== undefined) {
    const password = secrets.required(config.password, "password");
    return { authorization: secrets.basic(username, password) };
  }
  // Given and not set is a mistake; not given is none.
  if (config.token === undefined) return {};
  return { authorization: `Bearer ${secrets.required(config.token, "token")}` };
}

function fired(message: Message, labels: Alert["labels"], expiresMs: number): Alert {
  const pipeline = message.links.find(({ text }) => text === "Pipeline");
  const generator = linkOf(pipeline?.href);
  return {
    labels: labelsOf(message, labels, message.failure!.stage, message.severity),
    annotations: annotationsOf(message),
    startsAt: message.at,
    endsAt: new Date(Date.parse(message.at) + expiresMs).toISOString(),
    ...(generator !== undefined && { generatorURL: generator }),
  };
}

/** It fails otherwise now: what it was before is over, and must not page beside it. */
function otherSeverities(message: Message, labels: Alert["labels"]): Alert[] {
  if (message.test) return [];
  return SEVERITIES.filter((severity) => severity !== message.severity).map((severity) =>
    over(message, labelsOf(message, labels, message.failure!.stage, severity)),
  );
}

/** Alertmanager says nothing of the end of what never fired. */
function ended(message: Message, labels: Alert["labels"]): Alert[] {
  return stagesOver(message).flatMap((stage) =>
    SEVERITIES.map((severity) => over(message, labelsOf(message, labels, stage, severity))),
  );
}

function over(message: Message, labels: Alert["labels"]): Alert {
  return { labels, startsAt: message.at, endsAt: message.at };
}

function labelsOf(
  message: Message,
  labels: Alert["labels"],
  stage: Stage,
  severity: Severity,
): Record<string, string> {
  return {
    ...labels,
    alertname: "LockstepRunFailed",
    ...(message.cluster !== "" && { cluster: message.cluster }),
    ...(message.database !== "" && { database: message.database }),
    schema: message.historySchema,
    stage,
    severity,
    ...(message.test && { test: "true" }),
  };
}

function annotationsOf(message: Message): Record<string, string> {
  const failure = message.failure!;
  const link = (text: string): string | undefined =>
    message.links.find((one) => one.text === text)?.href;
  const annotations: Record<string, string | undefined> = {
    summary: message.title,
    description: failure.what,
    state: failure.state,
    action: failure.action,
    next_command: message.next,
    failure_class: failure.class,
    exit_code: String(failure.exitCode),
    migration: failure.migration,
    file: failure.file === undefined ? undefined : `${failure.file}:${failure.line}`,
    statement: failure.statement,
    sqlstate: failure.sqlstate,
    server: failure.server,
    notes: failure.notes.length > 0 ? failure.notes.join("\n") : undefined,
    run_id: message.runId,
    environment: message.environment,
    host: message.host,
    runbook_url: link("Runbook"),
    dashboard_url: link("Dashboard"),
    pipeline_url: link("Pipeline"),
  };
  return Object.fromEntries(
    Object.entries(annotations).filter((pair): pair is [string, string] => Boolean(pair[1])),
  );
}
