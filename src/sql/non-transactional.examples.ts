/**
 * Test support: one example per form that cannot run in a transaction block. The unit test reads
 * them with the parser; a server test can prove that each raises 25001 inside BEGIN. Nothing in the
 * product imports this file.
 */
import type { NonTransactionalKind } from "./statement.ts";

export interface NonTransactionalExample {
  readonly sql: string;
  readonly kind: NonTransactionalKind;
  /** Run first, outside of a transaction, on an empty database. */
  readonly setup?: string;
  /** The first major version that has, or refuses, this form. */
  readonly since?: number;
  /** Run afterwards, statement by statement, outside of a transaction. */
  readonly cleanup?: string;
}

const TABLE = "create table t (a int); create index i on t (a);";
const PARTITIONED =
  "create table p (a int) partition by list (a); create table c partition of p for values in (1);";
// Enabled without a connection, so that it reaches the check; its worker only fails to connect.
const SUBSCRIPTION =
  "create subscription s connection 'dbname=nowhere' publication one, two with (connect = false);" +
  "alter subscription s enable;";
const UNSUBSCRIBE =
  "alter subscription s disable; alter subscription s set (slot_name = none); drop subscription s;";
const DISABLED =
  "create subscription s connection 'dbname=nowhere' publication one with (connect = false);";

export const NON_TRANSACTIONAL_EXAMPLES: readonly NonTransactionalExample[] = [
  { sql: "create index concurrently j on t (a)", kind: "create-index-concurrently", setup: TABLE },
  {
    sql: "create unique index concurrently if not exists j on t (a)",
    kind: "create-index-concurrently",
    setup: TABLE,
  },
  { sql: "drop index concurrently i", kind: "drop-index-concurrently", setup: TABLE },
  { sql: "drop index concurrently if exists i", kind: "drop-index-concurrently", setup: TABLE },
  { sql: "reindex index concurrently i", kind: "reindex-concurrently", setup: TABLE },
  { sql: "reindex (concurrently, verbose) table t", kind: "reindex-concurrently", setup: TABLE },
  { sql: "reindex (concurrently on) table t", kind: "reindex-concurrently", setup: TABLE },
  { sql: "reindex schema public", kind: "reindex-many" },
  { sql: "reindex schema concurrently public", kind: "reindex-many" },
  { sql: "reindex (verbose) database", kind: "reindex-many", since: 16 },
  { sql: "reindex system", kind: "reindex-many", since: 16 },
  {
    sql: "alter table p detach partition c concurrently",
    kind: "detach-concurrently",
    setup: PARTITIONED,
  },
  { sql: "vacuum", kind: "vacuum" },
  { sql: "vacuum t", kind: "vacuum", setup: TABLE },
  { sql: "vacuum (analyze, full false) t", kind: "vacuum", setup: TABLE },
  { sql: "vacuum full t", kind: "vacuum-full", setup: TABLE },
  { sql: "vacuum (full, analyze) t", kind: "vacuum-full", setup: TABLE },
  { sql: "vacuum (full 1) t", kind: "vacuum-full", setup: TABLE },
  { sql: "cluster", kind: "cluster-many" },
  { sql: "cluster verbose", kind: "cluster-many" },
  { sql: "cluster (verbose)", kind: "cluster-many", since: 17 },
  { sql: "create database other_database", kind: "create-database" },
  { sql: "drop database if exists other_database", kind: "drop-database" },
  {
    sql: "alter database other_database set tablespace pg_default",
    kind: "alter-database",
    setup: "create database other_database",
    cleanup: "drop database other_database",
  },
  {
    sql: "create tablespace elsewhere location '/nonexistent/elsewhere'",
    kind: "create-tablespace",
  },
  { sql: "drop tablespace if exists elsewhere", kind: "drop-tablespace" },
  { sql: "alter system set log_min_duration_statement = 1000", kind: "alter-system" },
  { sql: "alter system reset all", kind: "alter-system" },
  {
    sql: "create subscription s connection 'dbname=nowhere' publication one",
    kind: "create-subscription",
  },
  {
    sql: "create subscription s connection 'dbname=nowhere' publication one with (create_slot = true)",
    kind: "create-subscription",
  },
  {
    sql: "drop subscription s",
    kind: "drop-subscription",
    setup: SUBSCRIPTION,
    cleanup: UNSUBSCRIBE,
  },
  {
    sql: "alter subscription s refresh publication",
    kind: "alter-subscription",
    setup: SUBSCRIPTION,
    cleanup: UNSUBSCRIBE,
  },
  {
    sql: "alter subscription s set publication three",
    kind: "alter-subscription",
    setup: SUBSCRIPTION,
    cleanup: UNSUBSCRIBE,
  },
  {
    sql: "alter subscription s add publication three with (refresh = true)",
    kind: "alter-subscription",
    setup: SUBSCRIPTION,
    cleanup: UNSUBSCRIBE,
  },
  {
    sql: "alter subscription s drop publication one",
    kind: "alter-subscription",
    setup: SUBSCRIPTION,
    cleanup: UNSUBSCRIBE,
  },
  {
    sql: "alter subscription s set (failover = true)",
    kind: "alter-subscription",
    setup: DISABLED,
    cleanup: UNSUBSCRIBE,
    since: 17,
  },
  {
    sql: "alter subscription s set (two_phase = false)",
    kind: "alter-subscription",
    setup: DISABLED,
    cleanup: UNSUBSCRIBE,
    since: 18,
  },
  { sql: "discard all", kind: "discard-all" },
  { sql: "commit prepared 'g'", kind: "other" },
  { sql: "rollback prepared 'g'", kind: "other" },
];

/** Their neighbours, which a transaction may contain. */
export const TRANSACTIONAL_EXAMPLES: readonly string[] = [
  "create index j on t (a)",
  "drop index i",
  "drop table t",
  "reindex table t",
  "reindex (concurrently false) table t",
  "reindex (concurrently off) index i",
  "alter table p detach partition c",
  "alter table p detach partition c finalize",
  "analyze",
  "analyze t",
  "cluster t using i",
  "alter database d set work_mem = '1MB'",
  "alter database d connection limit 5",
  "create subscription s connection '' publication one with (create_slot = false)",
  "create subscription s connection '' publication one with (connect = off)",
  "alter subscription s set publication two with (refresh = false)",
  "alter subscription s add publication three with (refresh = off)",
  "alter subscription s enable",
  "alter subscription s set (synchronous_commit = off)",
  "discard temp",
  "discard plans",
  "alter type mood add value 'fine'",
  "refresh materialized view m",
  "checkpoint",
  "prepare transaction 'g'",
];
