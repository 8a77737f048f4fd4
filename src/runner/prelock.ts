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
import { quoteLiteral } from "../postgres/identifiers.ts";
import type { PreparedLock } from "./prepare.ts";

/** The name of the setting that holds the moment of the first strong lock. */
const CLOCK = "lockstep.cap_started";

export function prelock(wanted: readonly PreparedLock[], capMs: number): string {
  const list = JSON.stringify(
    wanted.map((lock) => ({ name: lock.regclass, mode: lock.mode, drops: lock.dropsTable })),
  );
  const body = `
declare
  lockstep_r pg_catalog.record;
  lockstep_patience pg_catalog.text := ((select pg_catalog.date_part('epoch', s.setting::pg_catalog.float8 * interval '1 ms') * 1000 + 1000
     from pg_catalog.pg_settings s where s.name = 'deadlock_timeout')::pg_catalog.int4)::pg_catalog.text;
  lockstep_oids pg_catalog.oid[];
  lockstep_modes pg_catalog.text[];
begin
  select pg_catalog.array_agg(x.oid order by x.oid), pg_catalog.array_agg(x.mode order by x.oid)
  into lockstep_oids, lockstep_modes
  from (
    select t.oid, (pg_catalog.array_agg(t.mode order by pg_catalog.array_position(
        array['SHARE', 'SHARE ROW EXCLUSIVE', 'EXCLUSIVE', 'ACCESS EXCLUSIVE'], t.mode) desc))[1] as mode
    from (
      with wanted as (
        select coalesce((select i.indrelid from pg_catalog.pg_index i
                         where i.indexrelid = pg_catalog.to_regclass(w.name)),
                        pg_catalog.to_regclass(w.name)::pg_catalog.oid) as oid, w.mode, w.drops
        from pg_catalog.json_to_recordset(${quoteLiteral(list)}) as w(name pg_catalog.text, mode pg_catalog.text, drops pg_catalog.bool))
      select w.oid, w.mode from wanted w
      union
      select c.confrelid, 'ACCESS EXCLUSIVE' from wanted w
      join pg_catalog.pg_constraint c on c.conrelid = w.oid and c.contype = 'f' where w.drops
      union
      select c.conrelid, 'ACCESS EXCLUSIVE' from wanted w
      join pg_catalog.pg_constraint c on c.confrelid = w.oid and c.contype = 'f' where w.drops
    ) t
    join pg_catalog.pg_class k on k.oid = t.oid and k.relkind in ('r', 'p')
    group by t.oid
  ) x;
  for lockstep_r in select u.oid, u.mode from rows from (pg_catalog.unnest(lockstep_oids), pg_catalog.unnest(lockstep_modes)) u(oid, mode) loop
    begin
      perform pg_catalog.set_config('lock_timeout', lockstep_patience, true);
      execute pg_catalog.format('lock table only %s in share update exclusive mode', lockstep_r.oid::pg_catalog.regclass);
    exception when insufficient_privilege then null;
    end;
  end loop;
  perform pg_catalog.set_config('${CLOCK}', pg_catalog.clock_timestamp()::pg_catalog.text, true);
  for lockstep_r in select u.oid, u.mode from rows from (pg_catalog.unnest(lockstep_oids), pg_catalog.unnest(lockstep_modes)) u(oid, mode) loop
    begin
      perform ${armExpression(capMs)};
      execute pg_catalog.format('lock table %s in %s mode', lockstep_r.oid::pg_catalog.regclass, lockstep_r.mode);
    exception when insufficient_privilege then null;
    end;
  end loop;
end`;
  return `do ${quoteLiteral(body)}`;
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
