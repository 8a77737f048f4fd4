/**
 * Where somebody who was woken up looks first: commands, and SQL that changes nothing, by failure
 * class. Written once; read by `lockstep explain` and docs/runbook.md. Every statement is run by
 * test/runbook/first-looks.test.ts on each version.
 */
import type { FailureClassId } from "../failures/taxonomy.ts";

export interface FirstLook {
  /** What it shows. */
  readonly shows: string;
  /** A command of Lockstep, or a statement for psql. */
  readonly run: string;
}

const BLOCKERS: FirstLook = {
  shows: "who holds locks that somebody waits for, the longest transaction first",
  run: `select a.pid, a.usename, a.application_name, a.state, now() - a.xact_start as transaction,
  left(a.query, 80) as query
from pg_stat_activity a
where a.pid in (select unnest(pg_blocking_pids(w.pid))
                from pg_stat_activity w where w.wait_event_type = 'Lock')
order by a.xact_start;`,
};

const LONG_TRANSACTIONS: FirstLook = {
  shows: "the oldest transactions, which concurrent index builds wait for",
  run: `select a.pid, a.usename, a.application_name, a.state, now() - a.xact_start as transaction,
  left(a.query, 80) as query
from pg_stat_activity a
where a.xact_start is not null and a.pid <> pg_backend_pid()
order by a.xact_start limit 10;`,
};

const INVALID_INDEXES: FirstLook = {
  shows: "indexes that are INVALID; those of a migration are removed by its next run",
  run: `select i.indexrelid::regclass as index, i.indrelid::regclass as on_table
from pg_index i where not i.indisvalid;`,
};

const CONNECTIONS: FirstLook = {
  shows: "who uses the connections, and how many there are",
  run: `select a.usename, a.application_name, a.state, count(*),
  current_setting('max_connections') as max_connections
from pg_stat_activity a
group by 1, 2, 3 order by count(*) desc limit 10;`,
};

const SIZES: FirstLook = {
  shows: "the largest tables, and the write-ahead log that replication slots hold back",
  run: `select c.oid::regclass as object, pg_size_pretty(pg_total_relation_size(c.oid)) as size
from pg_class c where c.relkind in ('r', 'm')
order by pg_total_relation_size(c.oid) desc limit 5;
select slot_name, active, pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) as held_back
from pg_replication_slots;`,
};

const READ_ONLY: FirstLook = {
  shows: "whether this is a standby, and what makes sessions read-only",
  run: `select pg_is_in_recovery() as standby, current_setting('default_transaction_read_only') as read_only;`,
};

const RUN_LOCK: FirstLook = {
  shows: "who holds an advisory lock in this database",
  run: `select l.pid, a.usename, a.application_name, a.client_addr, a.state, now() - a.backend_start as connected
from pg_locks l join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.granted;`,
};

const RUNS: FirstLook = { shows: "the last runs, and which of them failed", run: "lockstep runs" };
const WATCH: FirstLook = {
  shows: "what the run that is under way does, and who is in its way",
  run: "lockstep watch",
};
const STATUS: FirstLook = {
  shows: "what is applied, what is pending and what is half done",
  run: "lockstep status",
};
const DOCTOR: FirstLook = {
  shows: "the connection, the role's rights and the server's settings",
  run: "lockstep doctor",
};
const VERIFY: FirstLook = { shows: "how files and history differ", run: "lockstep verify" };

const FIRST_LOOKS: Partial<Record<FailureClassId, readonly FirstLook[]>> = {
  "ddl.lock_timeout": [BLOCKERS, LONG_TRANSACTIONS],
  "ddl.lock_timeout_concurrent": [LONG_TRANSACTIONS, INVALID_INDEXES],
  "ddl.nowait": [BLOCKERS],
  "ddl.statement_timeout": [STATUS, SIZES],
  "op.cancelled": [STATUS, LONG_TRANSACTIONS],
  "op.stepped_back": [WATCH, BLOCKERS],
  deadlock: [BLOCKERS],
  "object.in_use": [BLOCKERS, CONNECTIONS],
  "conn.slots": [CONNECTIONS],
  "conn.lost": [STATUS, DOCTOR],
  "conn.terminated": [STATUS],
  "commit.ambiguous": [STATUS],
  readonly: [READ_ONLY],
  "runner.lock_busy": [WATCH, RUN_LOCK],
  "runner.lock_lost": [RUNS, RUN_LOCK],
  "runner.lock_unsafe": [DOCTOR],
  "runner.pooled_refused": [DOCTOR],
  "data.unique": [INVALID_INDEXES],
  permission: [DOCTOR],
  "gate.timeout": [RUNS, WATCH, STATUS],
  "gate.too_old": [STATUS],
  "contract.old_code": [
    {
      shows: "which instances of the application run, and what they ship",
      run: "select release, host, seen_at, expires_at, cardinality(ships) as ships from lockstep.heartbeats;",
    },
  ],
  disk: [SIZES, INVALID_INDEXES],
  memory: [CONNECTIONS],
  corruption: [SIZES, DOCTOR],
  drift: [STATUS, DOCTOR],
  "history.checksum": [VERIFY],
  "history.missing": [VERIFY],
  "history.order": [VERIFY],
};

/** By theme, for the classes that have no row of their own. */
const BY_PREFIX: readonly (readonly [prefix: string, looks: readonly FirstLook[]])[] = [
  ["conn.", [DOCTOR]],
  ["auth.", [DOCTOR]],
  ["history.", [STATUS]],
  ["adopt.", [STATUS]],
];

/** At least one: where nothing is known, the status. */
export function firstLooks(id: FailureClassId): readonly FirstLook[] {
  const own = FIRST_LOOKS[id];
  if (own !== undefined) return own;
  return BY_PREFIX.find(([prefix]) => id.startsWith(prefix))?.[1] ?? [STATUS];
}
