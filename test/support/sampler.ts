/**
 * Watches the lock table from outside and records how long sessions of one database waited behind
 * Lockstep. This is independent of what Lockstep measures and reports itself.
 */
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "./database.ts";

export interface SamplerOptions {
  /** Default 5. */
  readonly everyMs?: number;
  /** Backends whose application_name starts so are the blockers; default `lockstep`. */
  readonly applicationPrefix?: string;
}

/** One wait of one session, as long as it was seen. */
export interface SeenWait {
  readonly pid: number;
  readonly application: string;
  readonly query: string;
  readonly blockedBy: readonly number[];
  readonly waitStart: string;
  readonly waitedMs: number;
}

export interface SamplerResult {
  readonly maxWaitMs: number;
  readonly samples: number;
  readonly waits: readonly SeenWait[];
}

export interface Sampler {
  stop(): Promise<SamplerResult>;
}

// `waitstart` exists since 14 and is null for an instant at the start of a wait.
// The first CTE reads the lock table once. pg_blocking_pids takes all lock partitions, so it is
// called only for what really waits, which is usually nothing. It includes sessions that wait in
// front in the queue, and not only the holders: a queueing DDL statement counts as a blocker.
// pg_stat_get_activity(pid) reads one session, where the view pg_stat_activity reads all of them.
const SAMPLE = `
  with waiting as materialized (
    select distinct on (l.pid) l.pid, l.waitstart
    from pg_catalog.pg_locks l
    where not l.granted and l.waitstart is not null
    order by l.pid, l.waitstart
  ), blocked as materialized (
    select w.pid, w.waitstart, pg_catalog.pg_blocking_pids(w.pid) as blockers
    from waiting w
  )
  select b.pid, b.blockers,
         coalesce(victim.application_name, '') as application,
         coalesce(pg_catalog.left(victim.query, 200), '') as query,
         b.waitstart::pg_catalog.text as wait_start,
         pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - b.waitstart) * 1000 as ms
  from blocked b
  cross join lateral pg_catalog.pg_stat_get_activity(b.pid) victim
  where victim.datid = (select d.oid from pg_catalog.pg_database d
                        where d.datname = pg_catalog.current_database())
    and victim.application_name not like $1 || '%'
    and exists (
      select
      from pg_catalog.unnest(b.blockers) as blocking (pid)
      cross join lateral pg_catalog.pg_stat_get_activity(blocking.pid) blocker
      where blocker.application_name like $1 || '%')`;

interface SampleRow extends Record<string, unknown> {
  readonly pid: number;
  readonly blockers: number[];
  readonly application: string;
  readonly query: string;
  readonly wait_start: string;
  readonly ms: number;
}

export async function startSampler(url: string, options: SamplerOptions = {}): Promise<Sampler> {
  const { everyMs = 5, applicationPrefix = "lockstep" } = options;
  const client = await connect(url, "test sampler");
  const waits = new Map<string, SeenWait>();
  let samples = 0;
  let running = true;

  const sample = async (): Promise<void> => {
    const { rows } = await client.query<SampleRow>({
      name: "sample",
      text: SAMPLE,
      values: [applicationPrefix],
    });
    samples++;
    for (const row of rows) {
      const key = `${row.pid} ${row.wait_start}`;
      if (row.ms <= (waits.get(key)?.waitedMs ?? -1)) continue;
      const { pid, application, query, blockers, wait_start: waitStart } = row;
      waits.set(key, { pid, application, query, blockedBy: blockers, waitStart, waitedMs: row.ms });
    }
  };

  const loop = async (): Promise<void> => {
    while (running) {
      const start = performance.now();
      await sample();
      await pause(Math.max(0, everyMs - (performance.now() - start)));
    }
  };

  await sample();
  const looping = loop();
  // An error is thrown by `stop`; until then it must not count as unhandled.
  looping.catch(() => undefined);
  return {
    stop: async () => {
      running = false;
      try {
        await looping;
      } finally {
        await client.end();
      }
      const seen = [...waits.values()];
      return { samples, waits: seen, maxWaitMs: Math.max(0, ...seen.map((one) => one.waitedMs)) };
    },
  };
}
