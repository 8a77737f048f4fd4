/**
 * The one query of `lockstep watch`, and what becomes of its answer.
 *
 * Q1. Nothing here opens a relation of the application: pg_relation_size and the like would wait
 *     behind the very lock that the run holds, and make the run step back for its watcher. Sizes are
 *     from pg_class.relpages.
 * Q2. pg_blocking_pids takes every partition of the lock table for a moment. It is asked for the
 *     run's session only while that waits, and for others only while they wait on something that
 *     the run has or wants.
 * Q3. What the role may not see is missing, never an error: names of sessions and locks are open to
 *     all, states and statements are not.
 */
import { iso } from "../history/instant.ts";
import { Failure } from "../failures/failure.ts";
import { idOfRow } from "../history/read.ts";
import type { HistoryNames } from "../history/tables.ts";
import { quoteLiteral } from "../postgres/identifiers.ts";
import type { LockKey } from "../postgres/advisory-lock.ts";
import type { SessionInfo } from "../runner/events.ts";
import { parseSessionName } from "../runner/session-names.ts";
import { isClass } from "./explain.ts";
import { stepProgress, type ProgressRow } from "./watch-progress.ts";
import type {
  Victim,
  WatchedMigration,
  WatchedRun,
  WatchedStep,
  WatchState,
} from "./watch-state.ts";

/**
 * $1 is the beginning of the run's id, or empty for the run that holds the lock, else the newest;
 * $2 and $3 what was seen last of `migrations` and `audit`. One row, one column of JSON.
 */
export function watchQuery(names: HistoryNames, lock: LockKey, mayReadAudit: boolean): string {
  return `
with now as materialized (select pg_catalog.clock_timestamp() as at),
locks as materialized (select * from pg_catalog.pg_locks),
activity as materialized (select * from pg_catalog.pg_stat_activity),
holder as materialized (
  select l.pid, pg_catalog.substring(a.application_name, '^lockstep ([0-9a-f]{8})') as run
  from locks l left join activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and l.objsubid = 1
    and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
    and l.classid = '${lock.classid}'::pg_catalog.oid and l.objid = '${lock.objid}'::pg_catalog.oid
  limit 1),
run as materialized (
  select r.*, pg_catalog.to_jsonb(r) -> 'failure' as said from ${names.runs} r
  where r.id::pg_catalog.text like $1 || '%'
  order by pg_catalog.left(r.id::pg_catalog.text, 8) = coalesce((select h.run from holder h), '') desc,
    r.started_at desc
  limit 1),
sessions as materialized (
  select a.*, a.application_name like '% observer' as observes from activity a
  where a.datname = pg_catalog.current_database()
    and a.application_name like 'lockstep ' || (select pg_catalog.left(r.id::pg_catalog.text, 8) from run r) || ' %'),
work as materialized (
  select s.* from sessions s where not s.observes
  order by s.pid = coalesce((select h.pid from holder h), 0) desc, s.state = 'active' desc nulls last, s.pid
  limit 1),
wanted as materialized (
  select l.* from locks l where l.pid = (select w.pid from work w) and not l.granted limit 1),
blocking as materialized (
  select distinct b.pid from (
    select pg_catalog.unnest(pg_catalog.pg_blocking_pids(w.pid)) as pid from wanted w
    union all
    select p::pg_catalog.int4 from sessions s, pg_catalog.unnest(pg_catalog.string_to_array(
      pg_catalog.substring(s.application_name, ' waits ([0-9,]+) '), ',')) p) b
  limit 20),
behind as materialized (
  select l.* from (
    select distinct on (l.pid) l.* from locks l
    where not l.granted and l.waitstart is not null and l.locktype <> 'virtualxid'
      and l.pid <> (select w.pid from work w)
      and exists (select from locks o where o.pid = (select w.pid from work w) and o.locktype = l.locktype
        and o.database is not distinct from l.database and o.relation is not distinct from l.relation
        and o.transactionid is not distinct from l.transactionid)
    order by l.pid, l.waitstart limit 50) l
  where (select w.pid from work w) = any (pg_catalog.pg_blocking_pids(l.pid))),
progress as materialized (
  select 'create_index' as view, p.relid, p.pid, pg_catalog.to_jsonb(p) as row from pg_catalog.pg_stat_progress_create_index p
  union all select 'vacuum', p.relid, p.pid, pg_catalog.to_jsonb(p) from pg_catalog.pg_stat_progress_vacuum p
  union all select 'cluster', p.relid, p.pid, pg_catalog.to_jsonb(p) from pg_catalog.pg_stat_progress_cluster p
  union all select 'copy', p.relid, p.pid, pg_catalog.to_jsonb(p) from pg_catalog.pg_stat_progress_copy p
  union all select 'analyze', p.relid, p.pid, pg_catalog.to_jsonb(p) from pg_catalog.pg_stat_progress_analyze p)
select pg_catalog.json_build_object(
  'at', (select ${iso("n.at")} from now n),
  'run', (select pg_catalog.json_build_object('id', r.id, 'command', r.command, 'host', r.host, 'by', r.run_by,
      'commit', r.commit_id, 'startedAt', ${iso("r.started_at")},
      'elapsedMs', ${ms("coalesce(r.finished_at, n.at) - r.started_at")},
      'outcome', r.outcome, 'longestWaitMs', r.longest_wait_ms, 'failure', r.said, 'message', r.message,
      'failureClass', r.failure_class,
      'applied', case when r.finished_at is null
        then (select pg_catalog.count(*) from ${names.migrations} m where m.run_id = r.id) else r.applied end)
    from run r, now n),
  'held', (select h.run = (select pg_catalog.left(r.id::pg_catalog.text, 8) from run r) from holder h),
  'work', (select ${session("w")} from work w),
  'statementMs', (select ${ms("n.at - w.query_start")} from work w, now n where w.state = 'active'),
  'idle', (select w.state in ('idle', 'idle in transaction') from work w),
  'names', (select pg_catalog.json_agg(s.application_name order by s.observes desc, s.pid) from sessions s),
  'journal', (select pg_catalog.json_build_object('migration', j.migration, 'ordinal', j.ordinal)
    from ${names.journal} j where j.run_id = (select r.id from run r) and j.state = 'started'
    order by j.started_at desc limit 1),
  'migrations', (select pg_catalog.json_agg(pg_catalog.json_build_object('seq', m.seq, 'version', m.version,
      'name', m.name, 'durationMs', m.duration_ms) order by m.seq)
    from ${names.migrations} m where m.run_id = (select r.id from run r) and m.seq > $2::pg_catalog.int8),
  'reverted', ${mayReadAudit ? reverted(names) : "$3::pg_catalog.int8 * null"},
  'wanted', (select pg_catalog.json_build_object('locktype', l.locktype, 'mode', l.mode,
      'relation', l.relation::pg_catalog.regclass, 'waitedMs', ${ms("n.at - l.waitstart")})
    from wanted l, now n),
  'blockers', (select pg_catalog.json_agg(${session("a", "b.pid")} order by a.xact_start nulls last)
    from blocking b left join activity a on a.pid = b.pid where b.pid = 0 or a.pid is not null),
  'victims', (select pg_catalog.json_agg(pg_catalog.json_build_object('session', ${session("a")},
      'waitedMs', ${ms("n.at - l.waitstart")}, 'relation', l.relation::pg_catalog.regclass) order by l.waitstart)
    from behind l join activity a on a.pid = l.pid, now n),
  'progress', (select pg_catalog.json_build_object('view', p.view, 'name', p.relid::pg_catalog.regclass, 'row', p.row)
    from progress p where p.pid = (select w.pid from work w) and (p.row ->> 'phase' is not null or p.view = 'copy')
    order by p.view = 'analyze' limit 1),
  'relation', (select pg_catalog.json_build_object('name', c.oid::pg_catalog.regclass,
      'bytes', c.relpages::pg_catalog.int8 * pg_catalog.current_setting('block_size')::pg_catalog.int8)
    from locks l join pg_catalog.pg_class c on c.oid = l.relation
    where l.pid = (select w.pid from work w) and l.granted and l.locktype = 'relation' and c.relkind in ('r', 'm')
      and l.mode in ('ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
      and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
      and c.relnamespace <> 'pg_catalog'::pg_catalog.regnamespace and c.relnamespace <> 'pg_toast'::pg_catalog.regnamespace
    order by c.relpages desc limit 1)) as state`;
}

/** A `down` takes rows out of `migrations`; the gate's role may not read where it is kept. */
function reverted(names: HistoryNames): string {
  return `(select pg_catalog.json_agg(pg_catalog.json_build_object('seq', a.id, 'migration', a.migration) order by a.id)
    from ${names.audit} a where a.action = 'down' and a.run_id = (select r.id from run r) and a.id > $3::pg_catalog.int8)`;
}

/** Whether `audit` is open to this role: a query that names it is refused as a whole otherwise. */
export function mayReadAudit(names: HistoryNames): string {
  return `pg_catalog.has_table_privilege(${quoteLiteral(names.audit)}, 'select')`;
}

function session(alias: string, pid = `${alias}.pid`): string {
  const a = alias;
  return `pg_catalog.json_build_object('pid', ${pid}, 'user', ${a}.usename, 'application', nullif(${a}.application_name, ''),
    'client', ${a}.client_addr, 'state', ${a}.state, 'backendType', ${a}.backend_type,
    'transactionAgeMs', ${ms(`(select n.at from now n) - ${a}.xact_start`)}, 'query', pg_catalog.left(${a}.query, 200))`;
}

function ms(interval: string): string {
  return `(extract(epoch from ${interval}) * 1000)::pg_catalog.int8`;
}

type RawSession = { readonly [key in keyof SessionInfo]: SessionInfo[key] | null };

/** The answer as it came. */
export interface RawState {
  readonly at: string;
  readonly run:
    | (WatchedRun & { readonly message: string | null; readonly failureClass: string | null })
    | null;
  readonly held: boolean | null;
  readonly work: RawSession | null;
  readonly statementMs: number | null;
  readonly idle: boolean | null;
  readonly names: readonly string[] | null;
  readonly journal: { readonly migration: string; readonly ordinal: number } | null;
  readonly migrations:
    | readonly {
        readonly seq: number;
        readonly version: string | null;
        readonly name: string;
        readonly durationMs: number;
      }[]
    | null;
  readonly reverted: readonly { readonly seq: number; readonly migration: string }[] | null;
  readonly wanted: {
    readonly locktype: string;
    readonly mode: string;
    readonly relation: string | null;
    readonly waitedMs: number | null;
  } | null;
  readonly blockers: readonly RawSession[] | null;
  readonly victims:
    | readonly {
        readonly session: RawSession;
        readonly waitedMs: number;
        readonly relation: string | null;
      }[]
    | null;
  readonly progress: ProgressRow | null;
  readonly relation: { readonly name: string; readonly bytes: number } | null;
}

const HIDDEN = "<insufficient privilege>";

export function toState(raw: RawState): WatchState {
  const sessions = [...(raw.blockers ?? []), ...(raw.victims ?? []).map((one) => one.session)];
  const hidden = [raw.work, ...sessions].some((one) => one?.query === HIDDEN);
  const ended = raw.run !== null && raw.run.outcome !== "running";
  return {
    at: raw.at,
    run: raw.run === null ? null : runOf(raw.run),
    activity: ended ? "ended" : activityOf(raw),
    step: ended ? null : stepOf(raw),
    wants: raw.wanted && { what: wantedWords(raw.wanted), waitedMs: raw.wanted.waitedMs },
    blockers: (raw.blockers ?? []).map(sessionOf),
    victims: (raw.victims ?? []).map((one): Victim => ({
      session: sessionOf(one.session),
      waitedMs: one.waitedMs,
      ...(one.relation !== null && { relation: one.relation }),
    })),
    hidden,
  };
}

function runOf({ message, failureClass, ...run }: NonNullable<RawState["run"]>): WatchedRun {
  if (run.failure !== null || failureClass === null) return run;
  // A Lockstep before this one recorded no more than the class and the message.
  const id = isClass(failureClass) ? failureClass : "unknown";
  return { ...run, failure: new Failure({ class: id, what: message ?? failureClass }).toJSON() };
}

function activityOf(raw: RawState): WatchState["activity"] {
  if (raw.held !== true && raw.names === null) return "gone";
  if (raw.wanted !== null || raw.blockers !== null) return "blocked";
  return raw.idle === true ? "between" : "working";
}

function stepOf(raw: RawState): WatchedStep | null {
  if (raw.work === null && raw.names === null) return null;
  const said = (raw.names ?? []).map(parseSessionName).filter((name) => name !== undefined);
  // The observer's name, which comes first, is the newer one; the working session's is the longer.
  const attempt = said.find((name) => name.attempt !== undefined)?.attempt ?? null;
  const named = said.find((name) => name.migration !== undefined);
  const whole = said.find(
    ({ migration, cut }) => !cut && named?.cut && migration?.startsWith(named.migration ?? ""),
  );
  const { migration, cut } = whole ?? named ?? {};
  const journaled =
    raw.journal !== null &&
    (migration === undefined || raw.journal.migration.startsWith(migration));
  const id = journaled ? raw.journal.migration : migration;
  const active = raw.idle !== true;
  const query = raw.work?.query;
  return {
    migration: id === undefined ? null : !journaled && cut ? `${id}…` : id,
    ordinal: journaled ? raw.journal.ordinal : null,
    attempt: attempt !== null && attempt > 1 ? attempt : null,
    statement: active && query && query !== HIDDEN ? query : null,
    elapsedMs: raw.statementMs,
    progress: raw.progress && stepProgress(raw.progress),
    relation: raw.relation && raw.relation.bytes > 0 ? raw.relation : null,
  };
}

function wantedWords(wanted: NonNullable<RawState["wanted"]>): string {
  if (wanted.locktype === "relation" && wanted.relation !== null) {
    return `${wanted.mode.replace(/Lock$/, "")} on ${wanted.relation}`;
  }
  // What CREATE INDEX CONCURRENTLY waits for: the transactions that began before it.
  if (wanted.locktype === "virtualxid") return "the end of older transactions";
  if (wanted.locktype === "transactionid") return "the end of a transaction";
  return `a lock (${wanted.locktype})`;
}

function sessionOf(raw: RawSession): SessionInfo {
  const { query, ...rest } = raw;
  const known = Object.entries({ ...rest, ...(query !== HIDDEN && { query }) }).filter(
    ([, value]) => value !== null && value !== "",
  );
  return Object.fromEntries(known) as unknown as SessionInfo;
}

export function newMigrations(raw: RawState): WatchedMigration[] {
  return [
    ...(raw.migrations ?? []).map((row): WatchedMigration => ({
      id: idOfRow(row),
      direction: "up",
      durationMs: row.durationMs,
    })),
    ...(raw.reverted ?? []).map(({ migration }): WatchedMigration => ({
      id: migration,
      direction: "down",
      durationMs: null,
    })),
  ];
}
