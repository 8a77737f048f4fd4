/**
 * The keys of the advisory locks, and the texts that take and inspect them.
 *
 * A1. Nobody ever blocks in pg_advisory_lock: a blocked waiter holds a snapshot, CREATE INDEX
 *     CONCURRENTLY of the holder waits for it, and the deadlock detector kills one of the two
 *     (measured on 15 and 18; when the index build is the victim, an INVALID index stays).
 * A2. The scope of an advisory lock is one database, so the key needs no database name.
 */
import { createHash } from "node:crypto";

export interface LockKey {
  /** Signed 64-bit, as the functions take it. */
  readonly key: bigint;
  /** The halves that pg_locks shows (objsubid = 1). */
  readonly classid: number;
  readonly objid: number;
}

function keyOf(name: string): LockKey {
  const unsigned = createHash("sha256").update(name).digest().readBigUInt64BE(0);
  return {
    key: BigInt.asIntN(64, unsigned),
    classid: Number(unsigned >> 32n),
    objid: Number(unsigned & 0xffffffffn),
  };
}

/** One runner per history: the lock that a run holds from its first write to its last. */
export function runKey(history: string): LockKey {
  return keyOf(`lockstep:1:run:${history}`);
}

/**
 * A marker that one transaction is still the same: taken shared at its start as a
 * transaction-level lock, which only the end of that transaction releases. Unlike a setting it
 * survives RESET ALL in a file. Shared, so that it never makes anybody wait.
 */
export function transactionKey(history: string): LockKey {
  return keyOf(`lockstep:1:transaction:${history}`);
}

export const tryLock = (lock: LockKey): string =>
  `select pg_catalog.pg_try_advisory_lock(${lock.key}) as locked`;

export const unlock = (lock: LockKey): string =>
  `select pg_catalog.pg_advisory_unlock(${lock.key}) as unlocked`;

export const markTransaction = (lock: LockKey): string =>
  `select pg_catalog.pg_advisory_xact_lock_shared(${lock.key})`;

/**
 * True when the backend that runs this query holds the lock in any mode. A backend has advisory
 * locks of its own database only, so its pid is enough.
 */
export const holdsLock = (lock: LockKey): string => `exists (
    select from pg_catalog.pg_locks l where ${ownAdvisoryLock} and ${isKey(lock)})`;

/**
 * A relation of one row with a column for each name: whether this backend holds that lock (or
 * null). Each look at pg_locks goes through the whole lock table of the server, so it is one look.
 */
export const heldLocks = (locks: Readonly<Record<string, LockKey>>): string => {
  const columns = Object.entries(locks).map(
    ([name, lock]) => `pg_catalog.bool_or(${isKey(lock)}) as ${name}`,
  );
  return `(select ${columns.join(", ")} from pg_catalog.pg_locks l where ${ownAdvisoryLock})`;
};

const ownAdvisoryLock =
  "l.locktype = 'advisory' and l.granted and l.objsubid = 1 and l.pid = pg_catalog.pg_backend_pid()";

const isKey = ({ classid, objid }: LockKey): string =>
  `l.classid = '${classid}'::pg_catalog.oid and l.objid = '${objid}'::pg_catalog.oid`;

/** Who holds the lock now: no row when nobody does. Works with SELECT on nothing. */
export const lockHolder = (lock: LockKey): string => `
  select l.pid, a.usename, a.application_name, a.client_addr, a.state, a.backend_start,
         (extract(epoch from pg_catalog.clock_timestamp() - a.xact_start) * 1000)::pg_catalog.int8 as xact_ms,
         a.query, a.backend_type
  from pg_catalog.pg_locks l
  left join pg_catalog.pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.granted and l.objsubid = 1
    and l.database = (select d.oid from pg_catalog.pg_database d
                      where d.datname = pg_catalog.current_database())
    and l.classid = '${lock.classid}'::pg_catalog.oid and l.objid = '${lock.objid}'::pg_catalog.oid
  limit 1`;
