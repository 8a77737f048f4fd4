/**
 * The locks of a file, taken first, one by one, in one canonical order (by oid), under what is
 * left of the cap.
 *
 * P1. First SHARE UPDATE EXCLUSIVE on each table: it stops no reader and no writer, and a waiter
 *     older than deadlock_timeout is the only thing that autovacuum yields to.
 * P2. Then the strong locks. The clock of the cap starts with the first of them, because whoever
 *     waits behind that one waits until our transaction ends.
 * P3. A lock that the role may not take with LOCK TABLE is left to the statement itself; the cap
 *     is re-armed there too.
 * P4. Views are left out: LOCK TABLE on a view would lock the tables below it.
 */
import { LOCK_MODES } from "../locks/lock-mode.ts";
import { quoteLiteral } from "../postgres/identifiers.ts";
import type { PreparedLock } from "./prepare.ts";

/** The name of the setting that holds the moment of the first strong lock. */
const CLOCK = "lockstep.cap_started";

export function prelock(wanted: readonly PreparedLock[], capMs: number): string {
  const [first] = wanted;
  const single = wanted.length === 1 && first?.dropsTable === false;
  return `do ${quoteLiteral(single ? lockOne(first, capMs) : lockMany(wanted, capMs))}`;
}

/**
 * Most files lock one table, and the server compiles this text for each of them. So it is written
 * for that case without arrays and loops, and with assignments, which need no plan of their own
 * as PERFORM does (measured: 0.4 ms against 1.7 ms, more than most migrations take).
 */
function lockOne({ regclass, mode }: PreparedLock, capMs: number): string {
  return `
declare
  lockstep_oid pg_catalog.oid := pg_catalog.to_regclass(${quoteLiteral(regclass)});
  lockstep_kind pg_catalog."char";
  lockstep_x pg_catalog.text;
begin
  select k.relkind into lockstep_kind from pg_catalog.pg_class k where k.oid = lockstep_oid;
  if lockstep_kind in ('i', 'I') then
    select k.oid, k.relkind into lockstep_oid, lockstep_kind
    from pg_catalog.pg_index i join pg_catalog.pg_class k on k.oid = i.indrelid
    where i.indexrelid = lockstep_oid;
  end if;
  if lockstep_kind is null or lockstep_kind not in ('r', 'p') then
    ${START_CLOCK}
    return;
  end if;
  ${takeLock("lockstep_oid", "share update exclusive", PATIENCE, "only ")}
  ${START_CLOCK}
  ${takeLock("lockstep_oid", mode, String(capMs))}
end`;
}

/** Strongest first where two names are one table: a lock is never raised while it is held. */
function lockMany(wanted: readonly PreparedLock[], capMs: number): string {
  const names = wanted.map(
    ({ regclass, mode }) => `(${quoteLiteral(regclass)}, '${mode}', ${LOCK_MODES.indexOf(mode)})`,
  );
  const dropped = wanted.filter((lock) => lock.dropsTable).map((lock) => lock.regclass);
  return `
declare
  lockstep_r pg_catalog.record;
  lockstep_oids pg_catalog.oid[];
  lockstep_modes pg_catalog.text[];
  lockstep_x pg_catalog.text;
begin
  select pg_catalog.array_agg(t.oid order by t.oid, t.rank desc), pg_catalog.array_agg(t.mode order by t.oid, t.rank desc)
  into lockstep_oids, lockstep_modes
  from (
    select ${tableOf("w.name")} as oid, w.mode, w.rank
    from (values ${names.join(", ")}) w(name, mode, rank)${dropped.map(otherEnds).join("")}
  ) t
  join pg_catalog.pg_class k on k.oid = t.oid and k.relkind in ('r', 'p');
  for lockstep_r in select u.oid from pg_catalog.unnest(lockstep_oids) u(oid) loop
    ${takeLock("lockstep_r.oid", "share update exclusive", PATIENCE, "only ")}
  end loop;
  ${START_CLOCK}
  for lockstep_r in select u.oid, u.mode from rows from (pg_catalog.unnest(lockstep_oids), pg_catalog.unnest(lockstep_modes)) u(oid, mode) loop
    ${takeLock("lockstep_r.oid", { expression: "lockstep_r.mode" }, remaining(capMs))}
  end loop;
end`;
}

/** The table of that name, or the one that an index of that name is on. */
function tableOf(name: string): string {
  return `coalesce((select i.indrelid from pg_catalog.pg_index i where i.indexrelid = pg_catalog.to_regclass(${name})),
      pg_catalog.to_regclass(${name})::pg_catalog.oid)`;
}

/** The tables at the other ends of the foreign keys of a table that is dropped. */
function otherEnds(regclass: string): string {
  const table = `pg_catalog.to_regclass(${quoteLiteral(regclass)})`;
  const lock = `'ACCESS EXCLUSIVE', ${LOCK_MODES.indexOf("ACCESS EXCLUSIVE")}`;
  return `
    union all
    select c.confrelid, ${lock} from pg_catalog.pg_constraint c where c.conrelid = ${table} and c.contype = 'f'
    union all
    select c.conrelid, ${lock} from pg_catalog.pg_constraint c where c.confrelid = ${table} and c.contype = 'f'`;
}

/** A little more than deadlock_timeout, in milliseconds (P1). */
const PATIENCE = `((extract(epoch from pg_catalog.current_setting('deadlock_timeout')::pg_catalog.interval) * 1000 + 1000)::pg_catalog.int4)`;

const START_CLOCK = `lockstep_x := pg_catalog.set_config('${CLOCK}', pg_catalog.clock_timestamp()::pg_catalog.text, true);`;

/** One LOCK TABLE under a lock_timeout; `patience` is an expression, in milliseconds. */
function takeLock(
  table: string,
  mode: string | { readonly expression: string },
  patience: string,
  only = "",
): string {
  const end =
    typeof mode === "string" ? `' in ${mode} mode'` : `' in ' || ${mode.expression} || ' mode'`;
  return `begin
      lockstep_x := pg_catalog.set_config('lock_timeout', ${patience}::pg_catalog.text, true);
      execute 'lock table ${only}' || ${table}::pg_catalog.regclass || ${end};
    exception when insufficient_privilege then null;
    end;`;
}

/** What is left of the cap, in milliseconds. Never 0: that would mean no limit at all. */
function remaining(capMs: number): string {
  return `greatest(1, ${capMs} - coalesce((extract(epoch from
    pg_catalog.clock_timestamp() - nullif(pg_catalog.current_setting('${CLOCK}', true), '')::pg_catalog.timestamptz) * 1000)::pg_catalog.int4, 0))`;
}

/** Before the first statement that may wait, where no lock was taken ahead of it. */
export function arm(capMs: number): string {
  return `select pg_catalog.set_config('${CLOCK}', pg_catalog.clock_timestamp()::pg_catalog.text, true),
    pg_catalog.set_config('lock_timeout', '${capMs}', true)`;
}

/** Before each statement that may wait: overrides a file's own lock_timeout, too. */
export function rearm(capMs: number): string {
  return `select pg_catalog.set_config('lock_timeout', ${remaining(capMs)}::pg_catalog.text, true)`;
}
