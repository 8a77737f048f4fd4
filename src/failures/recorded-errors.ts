/**
 * Errors as real servers sent them, each with the class that it must have; for tests only.
 *
 * Recorded by provoking every one of them on PostgreSQL 14.23, 15.18 and 18.4. Where the three
 * agree (in all but four) the line of 18 is kept. PgBouncer's own are from 1.18.
 */
import type { ServerError } from "./failure.ts";
import type { ClassifyContext } from "./sqlstates.ts";

// server | phase | severity | SQLSTATE | routine | message | class | schema.constraint
const RECORDED = `
18 | statement | ERROR | 08006 | CreateSubscription | subscription "s1" could not connect to the publisher | unknown
18 | statement | ERROR | 0A000 | RememberAllDependentForRebuilding | cannot alter type of a column used by a view or rule | object.depends
18 | statement | ERROR | 0A000 | parse_extension_control_file | extension "nope" is not available | object.missing
18 | statement | ERROR | 0A000 | DefineIndex | unique constraint on partitioned table must include all partitioning columns | invalid.definition
14 | statement | ERROR | 0A000 | ATExecAlterColumnType | cannot alter type of a column used by a view or rule | object.depends
18 | statement | ERROR | 22001 | varchar | value too long for type character varying(1) | data.cast
18 | statement | ERROR | 22003 | int84 | integer out of range | data.cast
18 | statement | ERROR | 22007 | DateTimeParseError | invalid input syntax for type date: "x" | data.cast
18 | statement | ERROR | 22008 | DateTimeParseError | date/time field value out of range: "2020-13-45" | data.cast
18 | statement | ERROR | 22012 | int4div | division by zero | data.cast
18 | statement | ERROR | 2201W | recompute_limits | LIMIT must not be negative | data.cast
18 | statement | ERROR | 22023 | call_string_check_hook | role "nope" does not exist | object.missing
18 | statement | ERROR | 22023 | parse_and_validate_value | invalid value for parameter "lock_timeout": "abc" | invalid.definition
18 | statement | ERROR | 23001 | ri_ReportViolation | update or delete on table "t" violates RESTRICT setting of foreign key constraint "r4_id_fkey" on table "r4" | data.foreign_key
18 | statement | ERROR | 23502 | ReportNotNullViolationError | null value in column "v" of relation "t" violates not-null constraint | data.not_null
18 | statement | ERROR | 23503 | ri_ReportViolation | insert or update on table "c" violates foreign key constraint "c_id_fkey" | data.foreign_key
18 | statement | ERROR | 23505 | comparetup_index_btree_tiebreak | could not create unique index "t_v_idx" | data.unique | public.t_v_idx
18 | statement | ERROR | 23505 | exec_stmt_raise | x | guard.raise
18 | statement | ERROR | 23505 | _bt_check_unique | duplicate key value violates unique constraint "pg_type_typname_nsp_index" | catalog.race | pg_catalog.pg_type_typname_nsp_index
18 | statement | ERROR | 23505 | _bt_check_unique | duplicate key value violates unique constraint "pg_namespace_nspname_index" | catalog.race | pg_catalog.pg_namespace_nspname_index
14 | statement | ERROR | 23505 | comparetup_index_btree | could not create unique index "t_v_idx" | data.unique | public.t_v_idx
18 | statement | ERROR | 23514 | ATRewriteTable | check constraint "t_n_check" of relation "t" is violated by some row | data.check
18 | statement | ERROR | 23P01 | check_exclusion_or_unique_constraint | conflicting key value violates exclusion constraint "ex_r_excl" | data.exclusion
18 | statement | ERROR | 25001 | PreventInTransactionBlock | CREATE INDEX CONCURRENTLY cannot run inside a transaction block | ddl.not_in_transaction
18 | statement | ERROR | 25006 | PreventCommandIfReadOnly | cannot execute CREATE TABLE in a read-only transaction | readonly
18 | statement | ERROR | 25P02 | exec_simple_query | current transaction is aborted, commands ignored until end of transaction block | tx.aborted
18 | statement | FATAL | 25P03 | ProcessInterrupts | terminating connection due to idle-in-transaction timeout | idle_kill
18 | statement | FATAL | 25P04 | ProcessInterrupts | terminating connection due to transaction timeout | idle_kill
18 | connect | FATAL | 28000 | InitializeSessionUserId | role "nope" does not exist | auth.failed
18 | connect | FATAL | 28P01 | auth_failed | password authentication failed for user "postgres" | auth.failed
18 | statement | ERROR | 2BP01 | reportDependentObjects | cannot drop table t because other objects depend on it | object.depends
18 | statement | ERROR | 2D000 | _SPI_commit | invalid transaction termination | ddl.not_in_transaction
18 | statement | ERROR | 3D000 | dropdb | database "nope" does not exist | object.missing
18 | connect | FATAL | 3D000 | InitPostgres | database "nope" does not exist | auth.no_database
18 | statement | ERROR | 3F000 | get_namespace_oid | schema "nope" does not exist | object.missing
18 | statement | ERROR | 40001 | ExecUpdate | could not serialize access due to concurrent update | serialization
18 | statement | ERROR | 40P01 | DeadLockReport | deadlock detected | deadlock
18 | statement | ERROR | 42501 | aclcheck_error | permission denied for schema public | permission
18 | statement | ERROR | 42601 | scanner_yyerror | syntax error at or near "creat" | syntax
18 | statement | ERROR | 42701 | check_for_column_name_collision | column "v" of relation "t" already exists | object.exists
18 | statement | ERROR | 42703 | errorMissingColumn | column "nope" does not exist | object.missing
18 | statement | ERROR | 42704 | typenameType | type "nope" does not exist | object.missing
18 | statement | ERROR | 42710 | MergeWithExistingConstraint | constraint "t_v_check" for relation "t" already exists | object.exists
18 | statement | ERROR | 42723 | ProcedureCreate | function "f" already exists with same argument types | object.exists
18 | statement | ERROR | 42804 | ATPrepAlterColumnType | column "v" cannot be cast automatically to type integer | data.cast
18 | statement | ERROR | 42830 | transformFkeyCheckAttrs | there is no unique constraint matching given keys for referenced table "t" | invalid.definition
18 | statement | ERROR | 42883 | ParseFuncOrColumn | function nope() does not exist | object.missing
18 | statement | ERROR | 42P01 | DropErrorMsgNonExistent | table "nope" does not exist | object.missing
18 | statement | ERROR | 42P04 | createdb | database "postgres" already exists | object.exists
18 | statement | ERROR | 42P06 | NamespaceCreate | schema "public" already exists | object.exists
18 | statement | ERROR | 42P07 | heap_create_with_catalog | relation "t" already exists | object.exists
18 | statement | ERROR | 42P16 | ATExecDropColumn | cannot drop inherited column "a" | invalid.definition
18 | statement | ERROR | 42P17 | ComputeIndexAttrs | functions in index expression must be marked IMMUTABLE | invalid.definition
18 | connect | FATAL | 53300 | InitializeSessionUserId | too many connections for role "lim" | conn.slots
18 | statement | ERROR | 54000 | index_form_tuple_context | index row requires 32016 bytes, maximum size is 8191 | limits
18 | statement | ERROR | 54001 | check_stack_depth | stack depth limit exceeded | limits
18 | statement | ERROR | 54011 | MergeAttributes | tables can have at most 1600 columns | limits
18 | statement | ERROR | 55000 | transformFkeyGetPrimaryKey | cannot use a deferrable primary key for referenced table "dt" | object.in_use
18 | statement | ERROR | 55P02 | set_config_with_handle | parameter "max_connections" cannot be changed without restarting the server | invalid.definition
18 | statement | ERROR | 55P03 | ProcessInterrupts | canceling statement due to lock timeout | ddl.lock_timeout
18 | statement | ERROR | 55P03 | RangeVarGetRelidExtended | could not obtain lock on relation "t" | ddl.nowait
18 | statement concurrently | ERROR | 55P03 | ProcessInterrupts | canceling statement due to lock timeout | ddl.lock_timeout_concurrent
18 | statement | ERROR | 55P03 | heap_lock_tuple | could not obtain lock on row in relation "t" | ddl.nowait
18 | statement | ERROR | 55P04 | check_safe_enum_use | unsafe use of new value "b" of enum type en | ddl.enum_same_transaction
18 | statement | ERROR | 57014 | ProcessInterrupts | canceling statement due to statement timeout | ddl.statement_timeout
18 | statement | ERROR | 57014 | ProcessInterrupts | canceling statement due to user request | op.cancelled
18 | statement | FATAL | 57P01 | ProcessInterrupts | terminating connection due to administrator command | conn.terminated
18 | statement | FATAL | 57P05 | ProcessInterrupts | terminating connection due to idle-session timeout | idle_kill
14 | statement | ERROR | 58P01 | parse_extension_control_file | could not open extension control file "…/extension/nope.control": No such file or directory | object.missing
18 | statement | ERROR | P0001 | exec_stmt_raise | Fill plan first | guard.raise
18 | statement | ERROR | P0002 | exec_stmt_execsql | query returned no rows | guard.raise
18 | statement | ERROR | P0004 | exec_stmt_assert | no | guard.raise
18 | statement | ERROR | XX000 | simple_heap_update | tuple concurrently updated | catalog.race
pgbouncer | connect | FATAL | 08P01 |  | no more connections allowed (max_client_conn) | conn.slots
pgbouncer | statement | FATAL | 08P01 |  | query_wait_timeout | conn.slots
pgbouncer | statement | FATAL | 08P01 |  | query timeout | idle_kill
pgbouncer | statement | FATAL | 08P01 |  | server conn crashed? | conn.lost
pgbouncer | connect | FATAL | 08P01 |  | unsupported startup parameter: options | config.invalid
pgbouncer | connect | FATAL | 08P01 |  | bouncer config error | config.invalid
`;

export interface RecordedError {
  readonly from: string;
  readonly error: ServerError;
  readonly context: ClassifyContext;
  readonly expected: string;
}

export function recordedErrors(): RecordedError[] {
  return RECORDED.trim().split("\n").map(parseLine);
}

function parseLine(line: string): RecordedError {
  const columns = line.split(" | ");
  const [from = "", where = "", severity = "", sqlstate = "", routine, message = ""] = columns;
  const [phase, concurrently] = where.split(" ");
  const [schema, constraint] = columns[7]?.split(".") ?? [];
  return {
    from,
    error: {
      sqlstate,
      message,
      severity,
      ...(routine && { routine }),
      ...(schema && { schema }),
      ...(constraint && { constraint }),
    },
    context: {
      phase: phase as NonNullable<ClassifyContext["phase"]>,
      concurrently: concurrently === "concurrently",
    },
    expected: columns[6] ?? "",
  };
}
