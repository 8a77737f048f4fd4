/**
 * Which code runs on the database at this moment: instances of the application with a live heartbeat,
 * and sessions that none of them accounts for. Only looks.
 *
 * N1. A session is accounted for when a live heartbeat came from the same role and address. A pooler
 *     has one address for everybody behind it.
 * N2. Nobody asks about: runners and gates of ours, replication, superusers and whoever may see
 *     all sessions (people, monitoring) – unless a heartbeat came from that role, which makes it
 *     one of the application –, and roles that the configuration names.
 * N3. A session whose place is hidden from this role is accounted for by nothing.
 */
import { quoteLiteral } from "../postgres/identifiers.ts";
import type { Session } from "../postgres/session.ts";
import type { RunningCode, RunningInstances, UnknownSessions } from "./contract.ts";
import type { RunContext } from "./run-context.ts";

export interface Asked {
  /** The versions that contract migrations need. */
  readonly versions: readonly string[];
  /** Server processes of this run. */
  readonly ownPids: readonly number[];
}

export async function readRunningCode(
  ctx: RunContext,
  session: Session,
  { versions, ownPids }: Asked,
): Promise<RunningCode> {
  const ignored = ctx.settings.contract?.ignoreRoles ?? [];
  const [row] = await session.query(
    `select session_user as "user",
       (select pg_catalog.has_schema_privilege(n.oid, 'usage')
          and pg_catalog.has_table_privilege(c.oid, 'select')
        from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        where n.nspname = ${quoteLiteral(ctx.names.schema)}
          and c.relname = ${quoteLiteral(ctx.names.heartbeatsTable)}) as readable`,
  );
  const user = row?.["user"] ?? "";
  const readable = row?.["readable"];
  const there = readable === "t";
  const [found] = await session.query(
    `with live as (${there ? live(ctx.names.heartbeats) : NOBODY}),
     places as (select distinct role_name, client_addr from live),
     others as (${OTHERS})
     select
       (select pg_catalog.json_agg(i order by i.since) from (
          select l.release, case when l.ships is null then null else l.has end as ships,
            pg_catalog.count(*) as count, min(${instant("l.started_at")}) as since,
            pg_catalog.array_agg(distinct coalesce(l.host, 'unknown')) as hosts
          from live l group by l.release, l.ships is null, l.has, 2) i) as instances,
       (select pg_catalog.json_agg(s order by s.role, s.address) from (
          select o.role, o.address, o.hidden, min(o.application_name) as application,
            min(${instant("o.backend_start")}) as since, pg_catalog.count(*) as count
          from others o group by o.role, o.address, o.hidden) s) as sessions`,
    [versions, ownPids, ignored],
  );
  const instances = JSON.parse(found?.["instances"] ?? "[]") as RunningInstances[];
  const sessions = JSON.parse(found?.["sessions"] ?? "[]") as UnknownSessions[];
  return {
    user,
    sessions,
    instances: there ? instances : readable === "f" ? "unreadable" : undefined,
  };
}

/** Of what an instance ships only what is asked for is sent: it may be thousands of versions. */
function live(table: string): string {
  return `select h.release, h.ships, h.host, h.started_at, h.role_name, h.client_addr,
      array(select w.version from pg_catalog.unnest($1::pg_catalog.text[]) w(version)
            where w.version = any (h.ships) order by 1) as has
    from ${table} h where h.expires_at > pg_catalog.clock_timestamp()`;
}

const NOBODY = `select null::pg_catalog.text as release, null::pg_catalog.text[] as ships,
      null::pg_catalog.text as host, null::pg_catalog.timestamptz as started_at,
      null::pg_catalog.text as role_name, null::pg_catalog.inet as client_addr,
      $1::pg_catalog.text[] as has
    where false`;

// The kind of a session of another role is hidden together with its address.
const OTHERS = `select coalesce(a.usename::pg_catalog.text, a.usesysid::pg_catalog.text) as role,
      pg_catalog.host(a.client_addr) as address, a.backend_type is null as hidden,
      a.application_name, a.backend_start
    from pg_catalog.pg_stat_activity a
    left join pg_catalog.pg_roles r on r.oid = a.usesysid
    where a.datname = pg_catalog.current_database() and a.usesysid is not null
      and (a.backend_type is null or a.backend_type = 'client backend')
      and a.pid <> pg_catalog.pg_backend_pid() and a.pid <> all ($2::pg_catalog.int4[])
      and a.application_name !~ '^lockstep [0-9a-f]{8} '
      and not exists (select from pg_catalog.pg_stat_get_wal_senders() w where w.pid = a.pid)
      and (a.usename is null or a.usename <> all ($3::pg_catalog.text[]))
      and (exists (select from places p where p.role_name = a.usename)
           or not (coalesce(r.rolsuper, false)
                   or coalesce(pg_catalog.pg_has_role(r.oid, 'pg_read_all_stats', 'member'), false)))
      and (a.backend_type is null or not exists (
             select from places p
             where p.role_name = a.usename and p.client_addr is not distinct from a.client_addr))`;

function instant(column: string): string {
  return `pg_catalog.to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
}
