/**
 * The observer: a second, idle session of the same role that looks at blockers, victims and
 * progress while the work session is busy, and cancels it when somebody waits too long behind it.
 *
 * O1. It never takes a lock that the work session needs, and runs no transaction of its own
 *     beyond the one statement that ends a blocker and records that (end-blockers.ts).
 * O2. The cap protects by itself; looking first only saves attempts.
 * O3. It never cancels during a wait for synchronous replication: the commit is already local.
 */
import type { LockMode } from "../locks/lock-mode.ts";
import { conflictsWith, pgLocksName } from "../locks/lock-mode.ts";
import type { Session, TextRow } from "../postgres/session.ts";
import type { SessionInfo } from "./events.ts";

/** A relation that a step is going to lock, as named in the file. */
export interface WantedLock {
  /** Quoted text for to_regclass. */
  readonly regclass: string;
  readonly mode: LockMode;
}

const SESSION_COLUMNS = `a.pid, a.usename, a.application_name, a.client_addr, a.state, a.backend_type,
  (extract(epoch from pg_catalog.clock_timestamp() - a.xact_start) * 1000)::pg_catalog.int8 as xact_ms,
  pg_catalog.left(a.query, 200) as query`;

export class Observer {
  readonly session: Session;
  /** Backends of this run, never reported as their own blockers. */
  readonly ownPids: readonly number[];
  /** The shortest time that an answer took so far. */
  roundTripMs = 0;
  #name: string | undefined;

  constructor(session: Session, ownPids: readonly number[]) {
    this.session = session;
    this.ownPids = ownPids;
  }

  /**
   * Sessions that hold a lock in conflict with one of `wanted`, in a transaction older than
   * `olderThanMs`; autovacuum included, which yields only to a waiter.
   */
  async blockers(wanted: readonly WantedLock[], olderThanMs: number): Promise<SessionInfo[]> {
    return distinctSessions((await this.look(wanted, olderThanMs)).values());
  }

  /** The same for each relation, by its name in `wanted`: one look for several files. */
  async look(
    wanted: readonly WantedLock[],
    olderThanMs: number,
  ): Promise<ReadonlyMap<string, readonly SessionInfo[]>> {
    const found = new Map<string, SessionInfo[]>();
    if (wanted.length === 0) return found;
    // One row for each relation: a name is looked up once and not once for each mode.
    const names = wanted.map((lock) => lock.regclass);
    const modes = wanted.map((lock) => conflictsWith(lock.mode).map(pgLocksName).join(","));
    const askedAt = performance.now();
    const rows = await this.session.query(
      `select distinct on (w.name, l.pid) w.name as wanted, ${SESSION_COLUMNS}, l.mode, l.relation::pg_catalog.regclass::pg_catalog.text as relation
       from rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) w(name, modes)
       cross join lateral (select coalesce(
           (select i.indrelid from pg_catalog.pg_index i where i.indexrelid = pg_catalog.to_regclass(w.name)),
           pg_catalog.to_regclass(w.name)::pg_catalog.oid) as oid) t
       join pg_catalog.pg_locks l on l.relation = t.oid and l.mode = any (pg_catalog.string_to_array(w.modes, ','))
       left join pg_catalog.pg_stat_activity a on a.pid = l.pid
       where l.granted and l.locktype = 'relation'
         and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())
         and (l.pid is null or l.pid <> all ($3::pg_catalog.int4[]))
         and (a.xact_start is null or a.xact_start < pg_catalog.clock_timestamp() - ($4::pg_catalog.text || ' ms')::pg_catalog.interval)
       order by w.name, l.pid, a.xact_start`,
      [names, modes, this.ownPids, String(olderThanMs)],
      // Asked before almost every file, and planning it takes longer than running it.
      "lockstep_blockers",
    );
    this.#answered(askedAt);
    for (const row of rows) {
      const name = row["wanted"]!;
      found.set(name, [...(found.get(name) ?? []), sessionInfo(row)]);
    }
    return found;
  }

  /**
   * Who waits behind `pid` now, longest first. A wait for our snapshot (virtualxid) is somebody's
   * concurrent index build, which stops no reader or writer, and is left out.
   */
  async victims(pid: number): Promise<{ readonly pid: number; readonly waitedMs: number }[]> {
    const askedAt = performance.now();
    const rows = await this.session.query(
      `select l.pid, (extract(epoch from pg_catalog.clock_timestamp() - l.waitstart) * 1000)::pg_catalog.text as waited
       from pg_catalog.pg_locks l
       where not l.granted and l.waitstart is not null and l.pid <> $1 and l.locktype <> 'virtualxid'
         and $1 = any (pg_catalog.pg_blocking_pids(l.pid))
       order by l.waitstart`,
      [pid],
      "lockstep_victims",
    );
    this.#answered(askedAt);
    return rows.map((row) => ({ pid: Number(row["pid"]), waitedMs: Number(row["waited"]) }));
  }

  #answered(askedAt: number): void {
    const ms = performance.now() - askedAt;
    this.roundTripMs = this.roundTripMs === 0 ? ms : Math.min(this.roundTripMs, ms);
  }

  /**
   * Says in its own name how the run is (session-names.ts), for `lockstep watch` and whoever else
   * looks: the working session cannot be told while it is busy. Waits for nothing, fails silently.
   */
  announce(name: string): void {
    if (this.#name === name || this.session.lost) return;
    this.#name = name;
    this.session
      .query("select pg_catalog.set_config('application_name', $1, false)", [name])
      .catch(() => undefined);
  }

  /** Takes back what was announced. */
  unannounce(name: string): void {
    if (this.#name !== undefined) this.announce(name);
    this.#name = undefined;
  }

  /** Cancels what `pid` runs, unless it waits for a synchronous standby (O3). */
  async cancel(pid: number): Promise<boolean> {
    const rows = await this.session.query(
      `select pg_catalog.pg_cancel_backend(a.pid) as cancelled from pg_catalog.pg_stat_activity a
       where a.pid = $1 and a.state <> 'idle' and a.wait_event is distinct from 'SyncRep'`,
      [pid],
    );
    return rows[0]?.["cancelled"] === "t";
  }

  /** Phase and percentage of the index build that `pid` runs, if it runs one. */
  async indexProgress(pid: number): Promise<{ phase: string; percent?: number } | undefined> {
    const [row] = await this.session.query(
      `select p.phase, case when p.blocks_total > 0 then 100 * p.blocks_done / p.blocks_total
                            when p.tuples_total > 0 then 100 * p.tuples_done / p.tuples_total end as percent
       from pg_catalog.pg_stat_progress_create_index p where p.pid = $1`,
      [pid],
    );
    if (!row) return undefined;
    const percent = row["percent"];
    return { phase: row["phase"] ?? "", ...(percent != null && { percent: Number(percent) }) };
  }

  /** Sessions that `pid` waits for right now, for the report while a long statement waits. */
  async waitsFor(pid: number): Promise<SessionInfo[]> {
    const rows = await this.session.query(
      `select ${SESSION_COLUMNS} from pg_catalog.pg_stat_activity a
       where a.pid = any (pg_catalog.pg_blocking_pids($1))`,
      [pid],
    );
    return rows.map(sessionInfo);
  }
}

export function distinctSessions(lists: Iterable<readonly SessionInfo[]>): SessionInfo[] {
  const byPid = new Map<number, SessionInfo>();
  for (const list of lists) for (const one of list) byPid.set(one.pid, one);
  return [...byPid.values()];
}

export function sessionInfo(row: TextRow): SessionInfo {
  const text = (key: string): string | undefined => row[key] ?? undefined;
  const user = text("usename");
  const application = text("application_name");
  const client = text("client_addr");
  const state = text("state");
  const query = text("query");
  const backendType = text("backend_type");
  const relation = text("relation");
  const age = row["xact_ms"];
  return {
    pid: Number(row["pid"] ?? 0),
    ...(user !== undefined && { user }),
    ...(application && { application }),
    ...(client !== undefined && { client }),
    ...(state !== undefined && { state }),
    ...(age != null && { transactionAgeMs: Number(age) }),
    ...(query && { query }),
    ...(backendType !== undefined && { backendType }),
    ...(relation !== undefined && { relation }),
  };
}

/** `pid 4711 (report, app_reader, 12.3 s, idle in transaction)`: one blocker, in words. */
export function describeSession(session: SessionInfo): string {
  if (session.pid === 0) return "a prepared transaction";
  const facts = [
    session.application,
    session.user,
    session.client,
    session.transactionAgeMs === undefined
      ? undefined
      : `${(session.transactionAgeMs / 1000).toFixed(1)} s in its transaction`,
    session.state,
    session.relation === undefined ? undefined : `holds a lock on ${session.relation}`,
  ].filter((fact) => fact !== undefined);
  return `pid ${session.pid} (${facts.join(", ")})`;
}
