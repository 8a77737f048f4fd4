/**
 * Settings of the role or the database that cut migrations short. Lockstep sets its own in every
 * session, so most are only worth knowing: psql and other tools of the same role are hit.
 */
import { ok, type Check } from "./check.ts";
import { listed } from "./wording.ts";

/** Harmless values; for `session_replication_role` anything else switches off triggers and keys. */
const HARMLESS: Readonly<Record<string, readonly string[]>> = {
  statement_timeout: ["0"],
  lock_timeout: ["0"],
  idle_in_transaction_session_timeout: ["0"],
  idle_session_timeout: ["0"],
  transaction_timeout: ["0"],
  default_transaction_isolation: ["read committed"],
  default_transaction_read_only: ["off"],
  session_replication_role: ["origin"],
};

/** Those that Lockstep does not replace in its own sessions. */
const NOT_REPLACED = ["session_replication_role"];

// What is in force, and from where. A value set in this session comes from the connection string.
const IN_FORCE = `
  select s.name, s.setting, s.unit, s.source
  from pg_catalog.pg_settings s
  where s.name = any ($1) and s.source not in ('default', 'override')
  order by s.name`;

/** ALTER ROLE … SET and ALTER DATABASE … SET that apply to this role here; `role` has no source. */
const STORED = `
  select c.entry, d.setrole <> 0 as of_role, d.setdatabase <> 0 as of_database
  from pg_catalog.pg_db_role_setting d
  cross join lateral pg_catalog.unnest(d.setconfig) c(entry)
  where d.setrole in (0, (select r.oid from pg_catalog.pg_roles r where r.rolname = session_user))
    and d.setdatabase in (0, (select b.oid from pg_catalog.pg_database b
                              where b.datname = pg_catalog.current_database()))
  order by 1`;

export const roleSettings: Check = {
  id: "role-settings",
  title: "Settings of role and database",
  async look({ session, facts }) {
    const inForce = await session.query(IN_FORCE, [Object.keys(HARMLESS)]);
    const stored = await session.query(STORED);
    const bad = new Map<string, string>();
    for (const row of inForce) {
      const { name, setting, unit, source } = row;
      if (name == null || HARMLESS[name]?.includes(setting ?? "") !== false) continue;
      bad.set(name, `\`${name} = ${setting}${unit ? ` ${unit}` : ""}\` (${source})`);
    }
    for (const row of stored) {
      const [name = "", ...value] = (row["entry"] ?? "").split("=");
      if (bad.has(name)) continue;
      const setting = value.join("=");
      const from = row["of_role"] === "t" ? "role" : "database";
      // Not in force here, for instance because the connection string says otherwise.
      const hurts = name === "role" || HARMLESS[name]?.includes(setting) === false;
      if (hurts) bad.set(name, `\`${name} = ${setting}\` (${from})`);
    }
    if (bad.size === 0) return ok("No setting of the role or the database gets in the way.");
    const what = listed([...bad.values()]);
    const serious = NOT_REPLACED.filter((name) => bad.has(name));
    if (serious.length > 0) {
      return {
        status: "warn",
        message: `In force for \`${facts.user}\`: ${what}. With \`session_replication_role\` changed, triggers and foreign keys do not fire in migrations.`,
        action: `Remove it: \`alter role … reset session_replication_role\`.`,
      };
    }
    return {
      status: "info",
      message: `In force for \`${facts.user}\`: ${what}. Lockstep uses its own values in its sessions; other tools of this role are cut short.`,
      action:
        "Give migrations a role of their own, or remove these with `alter role … reset …` or `alter database … reset …`.",
    };
  },
};
