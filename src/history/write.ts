/** Writes to the history: always inside a transaction that somebody else opened and will end. */
import type { BatchItem } from "../postgres/batch.ts";
import type { KeptHistory } from "./read.ts";
import type { HistoryNames } from "./tables.ts";

export interface AppliedRecord {
  readonly kind: "versioned" | "repeatable" | "baseline";
  readonly version: string | null;
  readonly name: string;
  readonly checksum: string | null;
  readonly runId: string;
  readonly toolVersion: string;
  readonly origin: string;
  /** Milliseconds; null = since its work began. */
  readonly durationMs: number | null;
  /** Its work began with the first row of this migration in the journal, not with the transaction. */
  readonly journaledAs?: string;
  /** Of a contract migration: the version that code must ship from now on. */
  readonly needsCode?: string;
}

/** `guard` is an expression that is 'ok', or raises; it is evaluated with the row. */
export function insertApplied(
  names: HistoryNames,
  record: AppliedRecord,
  guard?: string,
): BatchItem {
  const journaled = record.journaledAs !== undefined;
  const { needsCode } = record;
  // Only with it is the text another one: that of all other files is prepared once.
  const [column, value] =
    needsCode === undefined ? ["", ""] : [", needs_code", `, $${journaled ? 10 : 9}`];
  const began = journaled
    ? `least(pg_catalog.transaction_timestamp(), (select min(j.started_at) from ${names.journal} j
         where j.migration = $9 and j.direction = 'up'))`
    : "pg_catalog.transaction_timestamp()";
  return {
    text: `insert into ${names.migrations}
      (kind, version, name, checksum, duration_ms, run_id, tool_version, origin, search_path${column})
      values (${guard === undefined ? "$1" : `case ${guard} when 'ok' then $1 end`}, $2, $3, $4, coalesce($5::pg_catalog.int4, least(2147483647, extract(epoch from
        pg_catalog.clock_timestamp() - ${began}) * 1000)::pg_catalog.int4),
        $6, $7, $8, pg_catalog.current_setting('search_path')${value})`,
    values: [
      record.kind,
      record.version,
      record.name,
      record.checksum,
      record.durationMs === null ? null : String(record.durationMs),
      record.runId,
      record.toolVersion,
      record.origin,
      ...(journaled ? [record.journaledAs] : []),
      ...(needsCode === undefined ? [] : [needsCode]),
    ],
  };
}

export interface AdoptedRecord {
  readonly kind: "versioned" | "repeatable";
  readonly version: string | null;
  readonly name: string;
  /** Null: there is no file to compare with. */
  readonly checksum: string | null;
  /** ISO 8601; null: nobody knows, so it is now. */
  readonly appliedAt: string | null;
  readonly appliedBy: string | null;
  readonly durationMs: number;
  readonly runId: string;
  readonly toolVersion: string;
  /** The tool that applied it. */
  readonly origin: string;
}

/** What another tool has applied, with its own time. */
export function insertAdopted(names: HistoryNames, record: AdoptedRecord): BatchItem {
  return {
    text: `insert into ${names.migrations}
      (kind, version, name, checksum, applied_at, applied_by, duration_ms, run_id, tool_version, origin)
      values ($1, $2, $3, $4, coalesce($5::pg_catalog.timestamptz, pg_catalog.clock_timestamp()),
        coalesce($6, session_user), $7, $8, $9, $10)`,
    values: [
      record.kind,
      record.version,
      record.name,
      record.checksum,
      record.appliedAt,
      record.appliedBy,
      String(record.durationMs),
      record.runId,
      record.toolVersion,
      record.origin,
    ],
  };
}

/** Which other history every run writes too; null ends that. */
export function keepTheirs(names: HistoryNames, theirs: KeptHistory | null): BatchItem {
  return {
    text: `update ${names.state} set theirs = $1::pg_catalog.jsonb`,
    values: [theirs === null ? null : JSON.stringify(theirs)],
  };
}

export function deleteApplied(names: HistoryNames, version: string, guard?: string): BatchItem {
  const guarded = guard === undefined ? "" : ` and ${guard} = 'ok'`;
  return {
    text: `delete from ${names.migrations} where version = $1${guarded}`,
    values: [version],
  };
}

/** Affects no row when the checksum is not `from` any more. */
export function updateChecksum(
  names: HistoryNames,
  version: string,
  change: { readonly from: string; readonly to: string },
): BatchItem {
  return {
    text: `update ${names.migrations} set checksum = $3 where version = $1 and checksum = $2`,
    values: [version, change.from, change.to],
  };
}

/**
 * After a folder was converted: the same migration under its new version, also where a contract
 * migration says that code must ship it. Affects one row.
 */
export function renameApplied(
  names: HistoryNames,
  from: { readonly version: string | null; readonly name: string },
  to: { readonly version: string | null; readonly name: string; readonly checksum: string },
): BatchItem {
  const versioned = from.version !== null;
  const others = `with needing as (update ${names.migrations} set needs_code = $2
        where needs_code = $1 and version is distinct from $1)`;
  const own = ", needs_code = case needs_code when $1 then $2 else needs_code end";
  return {
    text: `${versioned ? others : ""} update ${names.migrations} set version = $2, name = $3,
      checksum = case when checksum is null then null else $4 end${versioned ? own : ""}
      where ${versioned ? "version = $1" : "version is null and name = $1"}`,
    values: [from.version ?? from.name, to.version, to.name, to.checksum],
  };
}

export interface AuditRecord {
  readonly runId: string;
  readonly action:
    | "down"
    | "baseline"
    | "repair"
    | "resolve"
    | "adopt"
    | "export"
    | "convert"
    | "force"
    | "cancel";
  readonly migration: string;
  readonly by: string;
  readonly reason: string;
  readonly detail?: unknown;
}

export function insertAudit(names: HistoryNames, record: AuditRecord): BatchItem {
  return {
    text: `insert into ${names.audit} (run_id, action, migration, done_by, reason, detail)
      values ($1, $2, $3, $4, $5, $6)`,
    values: [
      record.runId,
      record.action,
      record.migration,
      record.by,
      record.reason,
      record.detail === undefined ? null : JSON.stringify(record.detail),
    ],
  };
}

/** Once in a run, however often its work begins again. */
export function insertForced(names: HistoryNames, record: AuditRecord): BatchItem {
  return {
    ...insertAudit(names, record),
    text: `insert into ${names.audit} (run_id, action, migration, done_by, reason, detail)
      select $1::pg_catalog.uuid, $2, $3, $4, $5, $6::pg_catalog.jsonb
      where not exists (select from ${names.audit} a
        where a.run_id = $1::pg_catalog.uuid and a.action = $2 and a.migration = $3)`,
  };
}

export interface JournalKey {
  readonly migration: string;
  readonly direction: "up" | "down";
  readonly ordinal: number;
}

/** A step starts, or starts again: the detail of the first start is kept, it says what was there before. */
export function journalStarted(
  names: HistoryNames,
  key: JournalKey,
  step: { kind: string; checksum: string; detail: unknown; runId: string },
): BatchItem {
  return {
    text: `insert into ${names.journal} as j
      (migration, direction, ordinal, kind, statement_checksum, state, detail, run_id)
      values ($1, $2, $3, $4, $5, 'started', $6, $7)
      on conflict (migration, direction, ordinal) do update
      set run_id = excluded.run_id, statement_checksum = excluded.statement_checksum`,
    values: [
      key.migration,
      key.direction,
      String(key.ordinal),
      step.kind,
      step.checksum,
      JSON.stringify(step.detail ?? null),
      step.runId,
    ],
  };
}

export function journalDone(
  names: HistoryNames,
  key: JournalKey,
  step: { kind: string; checksum: string; detail?: unknown; runId: string },
): BatchItem {
  return {
    text: `insert into ${names.journal} as j
      (migration, direction, ordinal, kind, statement_checksum, state, detail, run_id, finished_at)
      values ($1, $2, $3, $4, $5, 'done', $6, $7, pg_catalog.clock_timestamp())
      on conflict (migration, direction, ordinal) do update
      set state = 'done', finished_at = excluded.finished_at, run_id = excluded.run_id,
          detail = coalesce(excluded.detail, j.detail)`,
    values: [
      key.migration,
      key.direction,
      String(key.ordinal),
      step.kind,
      step.checksum,
      step.detail === undefined ? null : JSON.stringify(step.detail),
      step.runId,
    ],
  };
}

/** Nothing of the step is in the database: it may begin afresh. */
export function journalForget(names: HistoryNames, key: JournalKey): BatchItem {
  return {
    text: `delete from ${names.journal} where migration = $1 and direction = $2 and ordinal = $3`,
    values: [key.migration, key.direction, String(key.ordinal)],
  };
}

/** The migration is recorded as a whole: its journal has done its work. */
export function journalClear(
  names: HistoryNames,
  migration: string,
  direction: "up" | "down",
): BatchItem {
  return {
    text: `delete from ${names.journal} where migration = $1 and direction = $2`,
    values: [migration, direction],
  };
}
