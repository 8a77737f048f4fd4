/**
 * The settings that every work session runs with, whatever the role or the database says. A role's
 * statement_timeout of 1 s must not leak in, nor a file's own settings reach its successor.
 */
import type { RunContext } from "./run-context.ts";
import { workingName } from "./session-names.ts";

export interface ServerFacts {
  /** server_version_num, for example 180004. */
  readonly version: number;
  readonly versionText: string;
}

/**
 * One SELECT of set_config calls. `local` ends the settings with the transaction, which is all
 * that a pooled connection may do.
 */
export function sessionSettings(
  ctx: RunContext,
  server: ServerFacts,
  options: {
    readonly local: boolean;
    readonly statementTimeoutMs?: number;
    readonly capMs?: number;
    /** What the session works on, in its name; by default the name says where we are. */
    readonly migration?: string;
  },
): string {
  const settings: [string, string][] = [
    [
      "application_name",
      options.migration === undefined
        ? ctx.applicationName
        : workingName(ctx.runId, options.migration),
    ],
    ["lock_timeout", String(options.capMs ?? ctx.settings.capMs)],
    ["statement_timeout", String(options.statementTimeoutMs ?? 0)],
    ["idle_in_transaction_session_timeout", "300000"],
    ["idle_session_timeout", "0"],
    ["default_transaction_isolation", "read committed"],
    ["default_transaction_read_only", "off"],
    ["default_transaction_deferrable", "off"],
    ["standard_conforming_strings", "on"],
    ["TimeZone", "UTC"],
    ["tcp_keepalives_idle", "30"],
    ["tcp_keepalives_interval", "10"],
    ["tcp_keepalives_count", "3"],
    ["tcp_user_timeout", "60000"],
  ];
  // New in 17; an unknown name would be an error on older servers.
  if (server.version >= 170000) settings.push(["transaction_timeout", "0"]);
  // A dead runner's statement is noticed only with this; without it the orphan and its lock live
  // until the statement ends (measured: 5.7 s against 0.8 s). Servers on other systems may refuse
  // any value but 0, so it is set where it is known to work (Linux since 14).
  if (server.versionText.includes("linux")) {
    settings.push(["client_connection_check_interval", "1000"]);
  }
  if (ctx.settings.searchPath !== undefined) {
    settings.push(["search_path", ctx.settings.searchPath]);
  }
  const calls = settings.map(
    ([name, value]) =>
      `pg_catalog.set_config('${name}', '${value.replaceAll("'", "''")}', ${options.local})`,
  );
  return `select ${calls.join(", ")}`;
}

/**
 * Forgets what a file may have left in a direct session. DISCARD ALL would do, but it drops
 * advisory locks, and it cannot run in a transaction.
 */
export const RESET_SESSION: readonly string[] = [
  "reset session authorization",
  "reset role",
  "reset all",
  "close all",
  "discard temp",
  "deallocate all",
  "unlisten *",
];

/** Event triggers run code at any DDL, also in files that bring none themselves. */
export const ANY_EVENT_TRIGGER =
  "exists (select from pg_catalog.pg_event_trigger t where t.evtenabled <> 'D')";
