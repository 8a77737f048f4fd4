/**
 * The history: names, layout and its creation. The tables are an interface: plain SQL, always
 * schema-qualified, documented in docs/history.md. They are created and upgraded only under the
 * run lock (six concurrent CREATE TABLE IF NOT EXISTS fail in most sessions, measured).
 */
import { quoteIdent, quoteLiteral } from "../postgres/identifiers.ts";

/** Raised when the tables change; a newer layout than this is refused, never guessed at. */
export const HISTORY_LAYOUT = 1;

/** One for all histories of a database: they wake each other for nothing, and a name has 63 bytes. */
const CHANNEL = "lockstep";

export interface HistoryNames {
  readonly schema: string;
  /** The unquoted name of the main table, for to_regclass and messages. */
  readonly display: string;
  readonly migrations: string;
  readonly journal: string;
  readonly runs: string;
  readonly state: string;
  readonly audit: string;
  /** Which instances of the application run at this moment; written by them, see docs/contract.md. */
  readonly heartbeats: string;
  /** Its unquoted name in the schema. */
  readonly heartbeatsTable: string;
  /** The channel of NOTIFY: something was recorded. */
  readonly channel: string;
  /** What the lock key is derived from: one lock per history. */
  readonly lockName: string;
}

export function historyNames(settings: {
  readonly historySchema: string;
  readonly historyPrefix: string;
}): HistoryNames {
  const { historySchema: schema, historyPrefix: prefix } = settings;
  const table = (name: string): string => `${quoteIdent(schema)}.${quoteIdent(prefix + name)}`;
  return {
    schema,
    display: `${schema}.${prefix}migrations`,
    migrations: table("migrations"),
    journal: table("journal"),
    runs: table("runs"),
    state: table("state"),
    audit: table("audit"),
    heartbeats: table("heartbeats"),
    heartbeatsTable: `${prefix}heartbeats`,
    channel: CHANNEL,
    lockName: prefix === "" ? schema : `${schema}.${prefix}`,
  };
}

/**
 * The statements that create the history, in order. CREATE SCHEMA is left out when the schema is
 * there: with IF NOT EXISTS the server still asks for CREATE on the database.
 */
export function createHistory(names: HistoryNames, schemaExists: boolean): readonly string[] {
  return [
    ...(schemaExists ? [] : [`create schema ${quoteIdent(names.schema)}`]),
    `create table ${names.migrations} (
      seq bigint generated always as identity primary key,
      kind text not null check (kind in ('versioned', 'repeatable', 'baseline')),
      version text collate "C" unique,
      name text not null,
      checksum text,
      applied_at timestamptz not null default pg_catalog.clock_timestamp(),
      applied_by text not null default session_user,
      duration_ms integer not null,
      run_id uuid not null,
      tool_version text not null,
      origin text not null default 'native',
      search_path text,
      check ((kind = 'repeatable') = (version is null))
    )`,
    `create table ${names.journal} (
      migration text not null,
      direction text not null check (direction in ('up', 'down')),
      ordinal integer not null,
      kind text not null,
      statement_checksum text not null,
      state text not null check (state in ('started', 'done')),
      detail jsonb,
      run_id uuid not null,
      started_at timestamptz not null default pg_catalog.clock_timestamp(),
      finished_at timestamptz,
      primary key (migration, direction, ordinal)
    )`,
    `create table ${names.runs} (
      id uuid primary key,
      command text not null,
      started_at timestamptz not null default pg_catalog.clock_timestamp(),
      finished_at timestamptz,
      outcome text not null default 'running',
      failure_class text,
      sqlstate text,
      message text,
      applied integer not null default 0,
      longest_wait_ms integer,
      fingerprint text,
      host text not null,
      pid integer not null,
      run_by text not null default session_user,
      commit_id text,
      tool_version text not null,
      system_identifier text,
      timeline integer
    )`,
    `create table ${names.state} (
      singleton boolean primary key default true check (singleton),
      layout integer not null,
      epoch bigint not null,
      theirs jsonb
    )`,
    `create table ${names.audit} (
      id bigint generated always as identity primary key,
      at timestamptz not null default pg_catalog.clock_timestamp(),
      run_id uuid not null,
      action text not null,
      migration text not null,
      done_by text not null,
      reason text not null,
      detail jsonb
    )`,
    ...historyAdditions(names),
    `insert into ${names.state} (layout, epoch) values (${HISTORY_LAYOUT}, 0)`,
    `comment on table ${names.migrations} is ${quoteLiteral(
      "Migrations applied by Lockstep. Read freely; written only by lockstep under its lock.",
    )}`,
  ];
}

/**
 * What was added to the layout since it was first written: columns and tables that an older Lockstep
 * does not miss and does not touch, so the layout keeps its number. Run under the lock, on a new
 * history and by the first run of this version on an old one; safe to run twice. The table comes
 * last: where it is, the columns are.
 */
export function historyAdditions(names: HistoryNames): readonly string[] {
  return [
    `alter table ${names.migrations} add column if not exists needs_code text`,
    `alter table ${names.runs} add column if not exists failure jsonb`,
    `create table if not exists ${names.heartbeats} (
      instance uuid primary key,
      release text,
      ships text[],
      started_at timestamptz not null default pg_catalog.clock_timestamp(),
      seen_at timestamptz not null default pg_catalog.clock_timestamp(),
      expires_at timestamptz not null,
      host text,
      client_addr inet default pg_catalog.inet_client_addr(),
      role_name text not null default session_user
    )`,
  ];
}
