/**
 * One look at a database for the gate. It takes no lock and writes nothing, needs SELECT on the
 * history alone, and goes through whatever connection it is given: a session of the gate's own, or
 * the pool of an application.
 *
 * L1. One small query tells whether anything has changed (rows, journal, epoch) and who is at work;
 *     the whole history is read only when it has.
 */
import { serverError } from "../failures/classify.ts";
import { NO_HISTORY, parseKnownHistory, readHistory, type History } from "../history/read.ts";
import type { HistoryNames } from "../history/tables.ts";
import type { MigrationSet } from "../migrations/migration.ts";
import { lockHolder, type LockKey } from "../postgres/advisory-lock.ts";
import { historyIsThere } from "../postgres/server-facts.ts";
import type { TextRow } from "../postgres/session.ts";
import { parseSessionName } from "../runner/session-names.ts";
import { decide, type AppliedContract, type Verdict } from "./decide.ts";
import type { GateFailure, GateRules, GateRun, GateState, GateStep } from "./state.ts";

/** Every value as the text that the server sends. */
export type Query = (text: string, values?: readonly unknown[]) => Promise<readonly TextRow[]>;

export interface LookOptions {
  readonly names: HistoryNames;
  readonly lock: LockKey;
  readonly set: MigrationSet;
  readonly rules: GateRules;
}

/** `there`: whether the history exists, for those who have just asked. */
export type Look = (query: Query, there?: boolean) => Promise<GateState>;

/** The function remembers what it has read, so that an unchanged history is not read again. */
export function createLook(options: LookOptions): Look {
  const { names, lock, set, rules } = options;
  const nothing: GateState = {
    ...decide(set, NO_HISTORY, [], rules),
    running: null,
    failed: null,
  };
  let exists = false;
  let known: { readonly mark: string; readonly verdict: Verdict } | undefined;
  return async (query, there) => {
    exists ||= there ?? (await isThere(query, names));
    if (!exists) return nothing;
    const [now] = await query(pulse(names, lock)).catch((error: unknown) => {
      const { sqlstate } = serverError(error) ?? {};
      if (sqlstate !== "42P01" && sqlstate !== "3F000") throw error;
      exists = false;
      known = undefined;
      return [];
    });
    if (!exists) return nothing;
    const mark = now?.["mark"] ?? "";
    if (known?.mark !== mark) {
      const history = await load(query, names);
      const mayBeOld = history.current && knowsLess(set, history);
      const contracts = mayBeOld ? await readContracts(query, names) : [];
      known = { mark, verdict: decide(set, history, contracts, rules) };
    }
    const running = holder(now);
    return { ...known.verdict, running, failed: running === null ? failureOf(now) : null };
  };
}

/** L1. A row of the journal changes its state in place, so its times count too. */
function pulse(names: HistoryNames, lock: LockKey): string {
  return `
  select pg_catalog.concat_ws(':', s.epoch,
      (select pg_catalog.concat_ws(',', count(*), max(m.seq)) from ${names.migrations} m),
      (select pg_catalog.concat_ws(',', count(*), count(j.finished_at), max(j.started_at), max(j.finished_at))
       from ${names.journal} j)) as mark,
    r.id as run_id, r.host,
    (extract(epoch from pg_catalog.clock_timestamp() - r.started_at) * 1000)::pg_catalog.int8 as elapsed_ms,
    (select count(*) from ${names.migrations} m where m.run_id = r.id) as applied,
    (select pg_catalog.json_build_object('migration', j.migration, 'ordinal', j.ordinal, 'kind', j.kind)
     from ${names.journal} j where j.run_id = r.id and j.state = 'started'
     order by j.started_at desc limit 1) as step,
    l.id as last_id, l.outcome as last_outcome, l.failure_class as last_class, l.message as last_message,
    h.pid as holder, h.application_name
  from ${names.state} s
  left join lateral (select * from ${names.runs} where outcome = 'running'
                     order by started_at desc limit 1) r on true
  left join lateral (select * from ${names.runs} where finished_at is not null
                     order by finished_at desc limit 1) l on true
  left join lateral (${lockHolder(lock)}) h on true`;
}

async function load(query: Query, names: HistoryNames): Promise<History> {
  const [row] = await query(readHistory(names));
  return parseKnownHistory(row, names);
}

async function isThere(query: Query, names: HistoryNames): Promise<boolean> {
  const [row] = await query(`select ${historyIsThere(names)} as there`);
  return row?.["there"] === "t";
}

/** Only a build that does not ship everything that is applied can be too old. */
function knowsLess({ migrations }: MigrationSet, { rows }: History): boolean {
  const ships = new Set<string | undefined>(migrations.map(({ version }) => version));
  return rows.some(({ version }) => version !== null && !ships.has(version));
}

async function readContracts(query: Query, names: HistoryNames): Promise<AppliedContract[]> {
  const rows = await query(
    `select m.version, m.needs_code from ${names.migrations} m where m.needs_code is not null`,
  );
  return rows.map((row) => ({ version: row["version"] ?? "", needsCode: row["needs_code"] ?? "" }));
}

/** The row of a run that was killed says `running` too; what counts is who holds the lock. */
function holder(now: TextRow | undefined): GateRun | null {
  if (now?.["holder"] == null) return null;
  const runId = now["run_id"] ?? null;
  const begins = parseSessionName(now["application_name"] ?? "")?.run;
  if (runId === null || (begins !== undefined && !runId.startsWith(begins))) {
    return { runId: null, host: null, elapsedMs: null, applied: 0, step: null };
  }
  const step = now?.["step"];
  return {
    runId,
    host: now?.["host"] ?? null,
    elapsedMs: Number(now?.["elapsed_ms"]),
    applied: Number(now?.["applied"]),
    step: step == null ? null : (JSON.parse(step) as GateStep),
  };
}

function failureOf(now: TextRow | undefined): GateFailure | null {
  const runId = now?.["last_id"];
  const outcome = now?.["last_outcome"] ?? "";
  if (runId == null || outcome === "applied") return null;
  return {
    runId,
    outcome,
    failureClass: now?.["last_class"] ?? null,
    message: now?.["last_message"] ?? null,
  };
}
