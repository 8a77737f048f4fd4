/** Metrics and traces of runs; docs/metrics.md explains it. */
import type { Duration } from "./duration.ts";

export interface PushgatewayConfig {
  /** `http://host:9091`, with a path where it has a prefix. */
  readonly url: string;
  /** For basic authentication. */
  readonly username?: string | undefined;
  /** The variable that holds the password. */
  readonly passwordEnv?: string | undefined;
  /** Headers by name, each with the variable that holds its value. */
  readonly headersEnv?: Readonly<Record<string, string>> | undefined;
  /** The label `job`; default `lockstep`. */
  readonly job?: string | undefined;
  /** How often a run says that it is alive; default `10s`. */
  readonly heartbeat?: Duration | undefined;
  /** For one push with all its tries; default `3s`. */
  readonly timeout?: Duration | undefined;
}

export interface MetricsConfig {
  /** A Pushgateway: its URL, or an object with more. */
  readonly pushgateway?: string | PushgatewayConfig | undefined;
  /** A file for node_exporter's textfile collector, or a folder in which each database gets one. */
  readonly textfile?: string | undefined;
  /** Serves `/metrics` while a run is under way: a port, or `host:port`. */
  readonly listen?: string | number | undefined;
}
