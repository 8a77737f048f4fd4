/** Reads the history. One query for everything that decides what is pending. */
import { Failure } from "../failures/failure.ts";
import { quoteLiteral } from "../postgres/identifiers.ts";
import type { TextRow } from "../postgres/session.ts";
import { HISTORY_LAYOUT, type HistoryNames } from "./tables.ts";

export interface HistoryRow {
  readonly kind: "versioned" | "repeatable" | "baseline";
  /** Null for repeatables. */
  readonly version: string | null;
  readonly name: string;
  readonly checksum: string | null;
  readonly origin: string;
  readonly runId: string;
}

/** As a file of this row is called; an adopted row may have no name. */
export function idOfRow({ version, name }: Pick<HistoryRow, "version" | "name">): string {
  if (version === null) return `R__${name}`;
  return name === "" || name === version ? version : `${version}_${name}`;
}

export interface JournalRow {
  readonly migration: string;
  readonly direction: "up" | "down";
  readonly ordinal: number;
  readonly kind: string;
  readonly statementChecksum: string;
  readonly state: "started" | "done";
  readonly detail: unknown;
}

/** Another tool's history that is kept up to date during a transition; see `lockstep adopt`. */
export interface KeptHistory {
  readonly format: string;
  readonly table: { readonly schema: string; readonly name: string; readonly layout?: string };
}

export interface History {
  readonly exists: boolean;
  readonly layout: number;
  readonly epoch: string;
  readonly rows: readonly HistoryRow[];
  readonly journal: readonly JournalRow[];
  /**
   * Of the last run that recorded one. Null when a run changed the schema after it and could not
   * record its own: killed, or on a pooled connection still at work.
   */
  readonly fingerprint: string | null;
  readonly theirs: KeptHistory | null;
  /** It has everything that this version adds; see historyAdditions. */
  readonly current: boolean;
}

export const NO_HISTORY: History = {
  exists: false,
  layout: 0,
  epoch: "0",
  rows: [],
  journal: [],
  fingerprint: null,
  theirs: null,
  current: true,
};

// One text instead of a thousand rows: the driver's cost per row is most of the cost of a start
// with nothing pending. The separator is a control character, taken out of names; the same between
// fields and between rows, so that one split finds them all.
const SEPARATOR = "\u001f";
const FIELDS = 6;

export function readHistory(names: HistoryNames): string {
  return `
  select s.layout, s.epoch, s.theirs,
    exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where n.nspname = ${quoteLiteral(names.schema)}
              and c.relname = ${quoteLiteral(names.heartbeatsTable)}) as current,
    (select pg_catalog.string_agg(pg_catalog.concat_ws(E'\\x1f', m.kind, m.version, m.name,
              coalesce(m.checksum, ''), m.origin, m.run_id), E'\\x1f' order by m.seq)
     from (select kind, coalesce(version, '') as version,
             pg_catalog.translate(name, E'\\x1f', '') as name, checksum, origin, run_id, seq
           from ${names.migrations}) m) as migrations,
    (select pg_catalog.json_agg(pg_catalog.json_build_object('migration', j.migration, 'direction', j.direction,
              'ordinal', j.ordinal, 'kind', j.kind, 'statementChecksum', j.statement_checksum,
              'state', j.state, 'detail', j.detail) order by j.migration, j.ordinal)
     from ${names.journal} j) as journal,
    (select r.fingerprint
     from (select id, fingerprint, finished_at from ${names.runs} where fingerprint is not null
           order by finished_at desc limit 1) r
     where not exists (select from ${names.journal})
       and not exists (select from ${names.migrations} m where m.run_id <> r.id
         and m.applied_at > r.finished_at)
       and not exists (select from ${names.audit} a where a.run_id <> r.id
         and a.action = 'down' and a.at > r.finished_at)) as fingerprint
  from ${names.state} s`;
}

export function parseHistory(row: TextRow | undefined): History {
  if (row === undefined) return NO_HISTORY;
  const text = row["migrations"] ?? null;
  return {
    exists: true,
    layout: Number(row["layout"]),
    epoch: row["epoch"] ?? "0",
    rows: text === null ? [] : parseRows(text.split(SEPARATOR)),
    journal: row["journal"] ? (JSON.parse(row["journal"]) as JournalRow[]) : [],
    fingerprint: row["fingerprint"] ?? null,
    current: row["current"] === "t",
    theirs: row["theirs"] ? (JSON.parse(row["theirs"]) as KeptHistory) : null,
  };
}

/** The same, and refuses what a newer Lockstep has laid out: nothing of it may be guessed at. */
export function parseKnownHistory(row: TextRow | undefined, names: HistoryNames): History {
  const history = parseHistory(row);
  if (history.layout <= HISTORY_LAYOUT) return history;
  throw new Failure({
    class: "history.newer",
    what: `The history in \`${names.display}\` has layout ${history.layout}; this version of Lockstep knows ${HISTORY_LAYOUT}.`,
  });
}

function parseRows(fields: readonly string[]): HistoryRow[] {
  const rows: HistoryRow[] = [];
  for (let at = 0; at < fields.length; at += FIELDS) {
    rows.push({
      kind: fields[at] as HistoryRow["kind"],
      version: fields[at + 1] || null,
      name: fields[at + 2]!,
      checksum: fields[at + 3] || null,
      origin: fields[at + 4]!,
      runId: fields[at + 5]!,
    });
  }
  return rows;
}
