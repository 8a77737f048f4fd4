/** Without autovacuum, tables that migrations rewrite or fill keep stale statistics for ever. */
import { ok, type Check } from "./check.ts";

const OFF = `
  select s.name from pg_catalog.pg_settings s
  where s.name in ('autovacuum', 'track_counts') and s.setting = 'off'
  order by s.name`;

export const autovacuum: Check = {
  id: "autovacuum",
  title: "Autovacuum",
  async look({ session }) {
    const rows = await session.query(OFF);
    if (rows.length === 0) return ok("Autovacuum is on.");
    const name = rows[0]?.["name"];
    return {
      status: "warn",
      message: `\`${name}\` is off: dead rows and stale statistics stay after backfills and rewrites.`,
      action: `Switch it on: \`alter system set ${name} = on\`, then \`select pg_reload_conf()\`.`,
    };
  },
};
