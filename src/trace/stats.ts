/**
 * `lockstep stats`: the sizes and rates of a production database, for predictions. One read-only
 * transaction with short timeouts. It reads catalogs, counters and our own history; no row of a
 * table, and of other sessions only how long they have been at it.
 */
import { serverError } from "../failures/classify.ts";
import { readApplied } from "../history/details.ts";
import { idOfRow } from "../history/read.ts";
import { versionName } from "../postgres/server-facts.ts";
import type { Session } from "../postgres/session.ts";
import type { RunnerOptions } from "../runner/options.ts";
import { readOnly } from "../runner/read-only.ts";
import { createContext } from "../runner/run-context.ts";
import { STATS_FORM, type Stats, type TableStats } from "./stats-file.ts";

const TIMEOUTS = `select pg_catalog.set_config('lock_timeout', '500', true),
  pg_catalog.set_config('statement_timeout', '15000', true)`;

export async function stats(options: RunnerOptions): Promise<Stats> {
  const ctx = createContext("stats", options);
  return readOnly(ctx, "read committed", async ({ session, facts, history }) => {
    await session.query(TIMEOUTS);
    const server = await readServer(session);
    const tables = await readTables(session);
    const applied = history.exists ? await readApplied(session, ctx.names) : [];
    const { countedSeconds } = server;
    return {
      lockstepStats: STATS_FORM,
      takenAt: server.takenAt,
      server: versionName(facts.version),
      database: facts.database,
      settings: server.settings,
      countedSeconds,
      tables: tables.map((table) => withRates(table, countedSeconds)),
      transactions: server.transactions,
      history: applied
        // What another tool has applied was taken over with its times, if it kept any.
        .filter(({ kind, durationMs }) => kind !== "baseline" && durationMs > 0)
        .map((row) => ({
          id: idOfRow(row),
          version: row.version,
          durationMs: row.durationMs,
          appliedAt: row.appliedAt,
        })),
    };
  });
}

type ServerPart = Pick<Stats, "takenAt" | "settings" | "countedSeconds" | "transactions">;

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS"Z"'`;

// A database whose counters were never reset has counted since the cluster's were.
const SERVER = `
select pg_catalog.json_build_object(
  'takenAt', pg_catalog.to_char(pg_catalog.now() at time zone 'UTC', ${ISO}),
  'settings', pg_catalog.json_build_object(
    'maintenanceWorkMemBytes',
      pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem')),
    'maxParallelMaintenanceWorkers',
      pg_catalog.current_setting('max_parallel_maintenance_workers')::int,
    'sharedBuffersBytes',
      pg_catalog.pg_size_bytes(pg_catalog.current_setting('shared_buffers'))),
  'countedSeconds', (
    select pg_catalog.round(extract(epoch from pg_catalog.now() - coalesce(d.stats_reset,
      (select b.stats_reset from pg_catalog.pg_stat_bgwriter b)))::numeric, 1)
    from pg_catalog.pg_stat_database d where d.datname = pg_catalog.current_database()),
  'transactions', (
    select pg_catalog.json_build_object(
      'open', pg_catalog.count(*),
      'longestSeconds', pg_catalog.round(pg_catalog.max(t.seconds)::numeric, 3),
      'typicalSeconds', pg_catalog.round(
        (percentile_cont(0.5) within group (order by t.seconds))::numeric, 3))
    from (select extract(epoch from pg_catalog.clock_timestamp() - a.xact_start)::float8 as seconds
          from pg_catalog.pg_stat_activity a
          where a.datname = pg_catalog.current_database()
            and a.backend_type = 'client backend'
            and a.xact_start is not null
            and a.pid <> pg_catalog.pg_backend_pid()) t)
) as server`;

async function readServer(session: Session): Promise<ServerPart> {
  const [row] = await session.query(SERVER);
  return JSON.parse(row?.["server"] ?? "{}") as ServerPart;
}

type Counted = Omit<
  TableStats,
  | "insertsPerSecond"
  | "updatesPerSecond"
  | "deletesPerSecond"
  | "sequentialScansPerSecond"
  | "indexScansPerSecond"
> & {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
  readonly sequentialScans: number;
  readonly indexScans: number;
};

/** A size is asked under a lock, behind which an ALTER TABLE may stand: then the last known one. */
async function readTables(session: Session): Promise<Counted[]> {
  await session.query("savepoint sizes");
  try {
    return await readCounted(session, (relation) => `pg_catalog.pg_relation_size(${relation}.oid)`);
  } catch (error) {
    const sqlstate = serverError(error)?.sqlstate;
    // lock_not_available, query_canceled
    if (sqlstate !== "55P03" && sqlstate !== "57014") throw error;
    await session.query("rollback to savepoint sizes");
    return readCounted(
      session,
      (relation) =>
        `${relation}.relpages::bigint * pg_catalog.current_setting('block_size')::bigint`,
    );
  }
}

async function readCounted(
  session: Session,
  bytes: (relation: string) => string,
): Promise<Counted[]> {
  const time = (...columns: string[]): string =>
    `pg_catalog.to_char(greatest(${columns.join(", ")}) at time zone 'UTC', ${ISO})`;
  const [row] = await session.query(`
select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
  'schema', n.nspname, 'name', c.relname,
  'kind', case c.relkind when 'r' then 'table' when 'p' then 'partitioned table'
    else 'materialized view' end,
  'partitionOf', (select pn.nspname || '.' || p.relname
    from pg_catalog.pg_inherits h
    join pg_catalog.pg_class p on p.oid = h.inhparent
    join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
    where h.inhrelid = c.oid and c.relispartition limit 1),
  'heapBytes', case when c.relkind = 'p' then 0 else ${bytes("c")} end,
  'toastBytes', coalesce((select ${bytes("t")} from pg_catalog.pg_class t
    where t.oid = c.reltoastrelid and c.reltoastrelid <> 0), 0),
  'indexBytes', coalesce((select pg_catalog.sum(case when x.relkind = 'I' then 0 else ${bytes("x")} end)
    from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
    where i.indrelid = c.oid), 0),
  'rows', case when c.reltuples < 0 then null else c.reltuples::bigint end,
  'inserts', coalesce(s.n_tup_ins, 0), 'updates', coalesce(s.n_tup_upd, 0),
  'deletes', coalesce(s.n_tup_del, 0), 'sequentialScans', coalesce(s.seq_scan, 0),
  'indexScans', coalesce(s.idx_scan, 0),
  'lastVacuum', ${time("s.last_vacuum", "s.last_autovacuum")},
  'lastAnalyze', ${time("s.last_analyze", "s.last_autoanalyze")},
  'indexes', coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', x.relname, 'bytes', case when x.relkind = 'I' then 0 else ${bytes("x")} end)
      order by x.relname)
    from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
    where i.indrelid = c.oid), '[]'::pg_catalog.json)
) order by n.nspname, c.relname), '[]'::pg_catalog.json) as tables
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
left join pg_catalog.pg_stat_all_tables s on s.relid = c.oid
where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't'
  and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`);
  return JSON.parse(row?.["tables"] ?? "[]") as Counted[];
}

function withRates(table: Counted, countedSeconds: number | null): TableStats {
  const { inserts, updates, deletes, sequentialScans, indexScans, ...rest } = table;
  const rate = (count: number): number | null =>
    countedSeconds === null || countedSeconds <= 0
      ? null
      : Math.round((count / countedSeconds) * 10_000) / 10_000;
  return {
    ...rest,
    insertsPerSecond: rate(inserts),
    updatesPerSecond: rate(updates),
    deletesPerSecond: rate(deletes),
    sequentialScansPerSecond: rate(sequentialScans),
    indexScansPerSecond: rate(indexScans),
  };
}
