/** A run needs two or three connections beside those of the application. */
import { ok, type Check } from "./check.ts";
import { count } from "./wording.ts";

const ENOUGH = 5;

// For sessions of other roles backend_type is hidden from an ordinary role, the two oids are not;
// walsenders have no database and their own limit. reserved_connections is new in 16.
const SLOTS = `
  select pg_catalog.current_setting('max_connections')::pg_catalog.int4
         - coalesce((select pg_catalog.sum(s.setting::pg_catalog.int4) from pg_catalog.pg_settings s
                     where s.name in ('superuser_reserved_connections', 'reserved_connections')), 0)
         - (select pg_catalog.count(*) from pg_catalog.pg_stat_activity a
            where a.datid is not null and a.usesysid is not null
              and coalesce(a.backend_type, 'client backend') = 'client backend') as server,
         (select r.rolconnlimit - (select pg_catalog.count(*) from pg_catalog.pg_stat_activity a
                                   where a.usesysid = r.oid)
          from pg_catalog.pg_roles r
          where r.rolname = session_user and r.rolconnlimit >= 0 and not r.rolsuper) as role,
         (select d.datconnlimit - (select pg_catalog.count(*) from pg_catalog.pg_stat_activity a
                                   where a.datid = d.oid and a.usesysid is not null)
          from pg_catalog.pg_database d
          where d.datname = pg_catalog.current_database() and d.datconnlimit >= 0
            and not exists (select from pg_catalog.pg_roles r
                            where r.rolname = session_user and r.rolsuper)) as database`;

const LIMITS = {
  server: ["on the server", "Raise `max_connections`, or put a pooler before the application."],
  role: ["for this role", "Raise it with `alter role … connection limit …`."],
  database: ["for this database", "Raise it with `alter database … connection limit …`."],
} as const;

export const connectionSlots: Check = {
  id: "connection-slots",
  title: "Free connections",
  async look({ session }) {
    const [row] = await session.query(SLOTS);
    const free = (Object.keys(LIMITS) as (keyof typeof LIMITS)[])
      .filter((name) => row?.[name] != null)
      .map((name) => ({ name, left: Math.max(0, Number(row?.[name])) }))
      .toSorted((a, b) => a.left - b.left);
    const tightest = free[0];
    if (tightest === undefined || tightest.left >= ENOUGH) {
      return ok(`${count(tightest?.left ?? 0, "connection")} left.`);
    }
    const [where, action] = LIMITS[tightest.name];
    return {
      status: "warn",
      message: `Only ${count(tightest.left, "connection")} left ${where}; a run needs up to three.`,
      action,
    };
  },
};
