/**
 * The facts that several checks need. Looks up the history in the catalogs: to_regclass would
 * raise 42501 where the schema exists and the role has no USAGE on it. Verified on 14–18.
 */
import type { HistoryNames } from "../../history/tables.ts";
import type { Session } from "../../postgres/session.ts";
import type { DoctorFacts } from "./check.ts";

const FACTS = `
  select pg_catalog.pg_backend_pid() as pid,
         pg_catalog.current_setting('server_version_num') as version,
         pg_catalog.current_database() as database,
         current_user as "user",
         pg_catalog.pg_is_in_recovery() as in_recovery,
         exists (select from pg_catalog.pg_namespace n where n.nspname = $1) as schema_exists,
         exists (select from pg_catalog.pg_class c
                 join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = $1 and c.relname = $2 || 'state') as history_exists`;

export async function readDoctorFacts(
  session: Session,
  names: HistoryNames,
  prefix: string,
): Promise<DoctorFacts> {
  const [row] = await session.query(FACTS, [names.schema, prefix]);
  return {
    backendPid: Number(row?.["pid"]),
    version: Number(row?.["version"]),
    database: row?.["database"] ?? "",
    user: row?.["user"] ?? "",
    inRecovery: row?.["in_recovery"] === "t",
    schemaExists: row?.["schema_exists"] === "t",
    historyExists: row?.["history_exists"] === "t",
  };
}
