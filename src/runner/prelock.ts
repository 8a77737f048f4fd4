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
  // The server compiles this for each file, so everything that a file does not need is left out,
  // and assignments are used where PERFORM would make a query of its own (measured: 0.2 ms against
  // 1.8 ms for one table, which is more than most migrations take).
  const names = wanted.map(
    ({ regclass, mode }) =>
      `(${quoteLiteral(regclass)}, ${quoteLiteral(mode)}, ${LOCK_MODES.indexOf(mode)})`,
  );
  const dropped = wanted.filter((lock) => lock.dropsTable).map((lock) => lock.regclass);
  const body = `
declare
  lockstep_patience pg_catalog.text := (extract(epoch from
    pg_catalog.current_setting('deadlock_timeout')::pg_catalog.interval) * 1000 + 1000)::pg_catalog.int4::pg_catalog.text;
  lockstep_oids pg_catalog.oid[];
  lockstep_modes pg_catalog.text[];
  lockstep_x pg_catalog.text;
begin
  select pg_catalog.array_agg(t.oid order by t.oid, t.rank desc), pg_catalog.array_agg(t.mode order by t.oid, t.rank desc)
  into lockstep_oids, lockstep_modes
  from (
    select coalesce((select i.indrelid from pg_catalog.pg_index i
                     where i.indexrelid = pg_catalog.to_regclass(w.name)),
                    pg_catalog.to_regclass(w.name)::pg_catalog.oid) as oid, w.mode, w.rank
    from (values ${names.join(", ")}) w(name, mode, rank)${dropped.map(otherEnds).join("")}
  ) t
  join pg_catalog.pg_class k on k.oid = t.oid and k.relkind in ('r', 'p');
  for lockstep_i in 1 .. coalesce(pg_catalog.cardinality(lockstep_oids), 0) loop
    begin
      lockstep_x := pg_catalog.set_config('lock_timeout', lockstep_patience, true);
      execute pg_catalog.format('lock table only %s in share update exclusive mode', lockstep_oids[lockstep_i]::pg_catalog.regclass);
    exception when insufficient_privilege then null;
    end;
  end loop;
  lockstep_x := pg_catalog.set_config('${CLOCK}', pg_catalog.clock_timestamp()::pg_catalog.text, true);
  for lockstep_i in 1 .. coalesce(pg_catalog.cardinality(lockstep_oids), 0) loop
    begin
      lockstep_x := ${armExpression(capMs)};
      execute pg_catalog.format('lock table %s in %s mode', lockstep_oids[lockstep_i]::pg_catalog.regclass, lockstep_modes[lockstep_i]);
    exception when insufficient_privilege then null;
    end;
  end loop;
end`;
  return `do ${quoteLiteral(body)}`;
}

/** The tables at the other ends of the foreign keys of a table that is dropped. */
function otherEnds(regclass: string): string {
  const table = `pg_catalog.to_regclass(${quoteLiteral(regclass)})`;
  const [mode, rank] = ["ACCESS EXCLUSIVE", LOCK_MODES.indexOf("ACCESS EXCLUSIVE")] as const;
  return `
    union all
    select c.confrelid, '${mode}', ${rank} from pg_catalog.pg_constraint c where c.conrelid = ${table} and c.contype = 'f'
    union all
    select c.conrelid, '${mode}', ${rank} from pg_catalog.pg_constraint c where c.confrelid = ${table} and c.contype = 'f'`;
}

/** Sets lock_timeout to what is left of the cap. Never 0: that would mean no limit at all. */
function armExpression(capMs: number): string {
  return `pg_catalog.set_config('lock_timeout', greatest(1, ${capMs} - coalesce((extract(epoch from
    pg_catalog.clock_timestamp() - nullif(pg_catalog.current_setting('${CLOCK}', true), '')::pg_catalog.timestamptz) * 1000)::pg_catalog.int4, 0))::pg_catalog.text, true)`;
}

/** Before each statement that may wait: overrides a file's own lock_timeout, too. */
export function rearm(capMs: number): string {
  return `select ${armExpression(capMs)}`;
}
