/** How to reach a database. */
import type { ClientConfig } from "pg";

/** One address of a connection string with several hosts. */
export interface ConnectTarget {
  /** Settings for `pg`, one per host, tried in order. */
  readonly hosts: readonly ClientConfig[];
  readonly targetSessionAttrs:
    | "any"
    | "read-write"
    | "read-only"
    | "primary"
    | "standby"
    | "prefer-standby";
  /** For messages: host, port, database and user, never the password. */
  readonly display: string;
  /** Zero: no limit. */
  readonly connectTimeoutMs: number;
  /**
   * For each entry of `hosts` the index of its address: two entries of one address are the same
   * server with and without TLS (sslmode `prefer` and `allow`).
   */
  readonly addressOf?: readonly number[];
  /** What was ignored or could not be used while the settings were read; for people. */
  readonly notes?: readonly string[];
}
