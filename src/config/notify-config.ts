/** Who is told of failures; docs/notify.md explains it. */
import type { ExitCode } from "../failures/exit-codes.ts";
import type { Duration } from "./duration.ts";

/**
 * A value that must not stand in a file: in TypeScript `process.env.NAME`, in JSON
 * `{ "env": "NAME" }`. One that is missing is a warning: the migration runs all the same.
 */
export type Secret = string | { readonly env: string } | undefined;

/** Whom a failure concerns, by its exit code. */
export type Concern = ExitCode["concerns"];

/** What a message may be about. */
export type Occasion = "failed" | "recovered" | "succeeded";

interface EveryNotifier {
  /** As warnings call it; default: its type. */
  readonly name?: string | undefined;
  /** The failures that it is told of, by whom they concern. */
  readonly concerns?: readonly Concern[] | undefined;
}

export interface PagerDutyConfig extends EveryNotifier {
  readonly type: "pagerduty";
  /** Of an Events API v2 integration. */
  readonly routingKey?: Secret;
  /** Default `us`. */
  readonly region?: "us" | "eu" | undefined;
  /** Instead of PagerDuty's own address. */
  readonly url?: string | undefined;
  /** A change event for each run that applies something; default true. */
  readonly changeEvents?: boolean | undefined;
}

export interface AlertmanagerConfig extends EveryNotifier {
  readonly type: "alertmanager";
  /** Every peer of a cluster: they do not pass alerts on to each other. */
  readonly url?: Secret | readonly Secret[];
  readonly username?: string | undefined;
  readonly password?: Secret;
  /** A bearer token. */
  readonly token?: Secret;
  /** Further labels of each alert, for the routes. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** When an alert ends that no success has ended; default `24h`. */
  readonly expiresAfter?: Duration | undefined;
}

export interface SlackConfig extends EveryNotifier {
  readonly type: "slack";
  /** The incoming webhook: whoever knows it may post. */
  readonly url?: Secret;
  /** Default: `failed` and `recovered`. */
  readonly on?: readonly Occasion[] | undefined;
}

export interface WebhookConfig extends EveryNotifier {
  readonly type: "webhook";
  readonly url?: Secret;
  /** The key of the signature. */
  readonly secret?: Secret;
  readonly headers?: Readonly<Record<string, Secret>> | undefined;
  /** Default: all of them. */
  readonly on?: readonly Occasion[] | undefined;
}

export type NotifierConfig = PagerDutyConfig | AlertmanagerConfig | SlackConfig | WebhookConfig;

export type NotifyConfig = readonly NotifierConfig[];
