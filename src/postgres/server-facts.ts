/**
 * What a session is asked first, in one round trip: who and where it is, and whether the history
 * is there. Works for any role that may connect. Verified on 14–18.
 */
import type { LockKey } from "./advisory-lock.ts";
import { quoteLiteral } from "./identifiers.ts";
import type { Session } from "./session.ts";

export interface SessionFacts {
  readonly backendPid: number;
  /** The pid that was announced is not the backend's: something stands between. */
  readonly proxied: boolean;
  /** server_version_num, for example 180004. */
  readonly version: number;
  readonly versionText: string;
  readonly database: string;
  readonly user: string;
  readonly inRecovery: boolean;
  readonly searchPath: string;
  readonly schemaExists: boolean;
  readonly historyExists: boolean;
  /** Somebody holds the run lock at this moment. */
  readonly lockHeld: boolean;
}

export async function readFacts(
  session: Session,
  history: { readonly schema: string; readonly display: string; readonly state: string },
  lock: LockKey,
): Promise<SessionFacts> {
  // No parameters: a plain simple-protocol query is one round trip and cheap to build.
  const [row] = await session.query(`
    select pg_catalog.pg_backend_pid() as pid,
      pg_catalog.current_setting('server_version_num') as version,
      pg_catalog.version() as version_text,
      pg_catalog.current_database() as database, session_user as "user",
      pg_catalog.pg_is_in_recovery() as in_recovery,
      pg_catalog.current_setting('search_path') as search_path,
      exists (select from pg_catalog.pg_namespace n where n.nspname = ${quoteLiteral(history.schema)}) as schema_exists,
      ${historyIsThere(history)} as history_exists,
      exists (select from pg_catalog.pg_locks l
              where l.locktype = 'advisory' and l.granted and l.objsubid = 1
                and l.database = (select d.oid from pg_catalog.pg_database d
                                  where d.datname = pg_catalog.current_database())
                and l.classid = '${lock.classid}'::pg_catalog.oid
                and l.objid = '${lock.objid}'::pg_catalog.oid) as lock_held`);
  const value = (key: string): string => row?.[key] ?? "";
  const backendPid = Number(value("pid"));
  return {
    backendPid,
    proxied: session.announcedPid !== backendPid,
    version: Number(value("version")),
    versionText: value("version_text"),
    database: value("database"),
    user: value("user"),
    inRecovery: value("in_recovery") === "t",
    searchPath: value("search_path"),
    schemaExists: value("schema_exists") === "t",
    historyExists: value("history_exists") === "t",
    lockHeld: value("lock_held") === "t",
  };
}

/** to_regclass would be an error for a role without USAGE on the schema; the catalog is open to all. */
export function historyIsThere(history: {
  readonly schema: string;
  readonly display: string;
}): string {
  const table = history.display.slice(history.schema.length + 1);
  return `exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              where n.nspname = ${quoteLiteral(history.schema)} and c.relname = ${quoteLiteral(table)})`;
}

/** `180004` → `18.4`. */
export function versionName(version: number): string {
  return `${Math.floor(version / 10_000)}.${version % 10_000}`;
}

export interface ServerIdentity {
  /** Null where the role may not read it. */
  readonly systemIdentifier: string | null;
  readonly timeline: string | null;
  readonly startedAt: string | null;
}

/** Which server this is: after a failover another timeline, in a split brain two of the same. */
export async function readIdentity(session: Session): Promise<ServerIdentity> {
  try {
    const [row] = await session.query(
      `select s.system_identifier, c.timeline_id, pg_catalog.pg_postmaster_start_time() as started
       from pg_catalog.pg_control_system() s, pg_catalog.pg_control_checkpoint() c`,
    );
    return {
      systemIdentifier: row?.["system_identifier"] ?? null,
      timeline: row?.["timeline_id"] ?? null,
      startedAt: row?.["started"] ?? null,
    };
  } catch (error) {
    if (session.lost) throw error;
    return { systemIdentifier: null, timeline: null, startedAt: null };
  }
}
